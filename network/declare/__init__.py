"""
Orders, payments and waybills matched, lists made of them and summed up, with every step to be followed both ways.

No search and no solver: rows that meet, and rules that say whether they agree.
"""
