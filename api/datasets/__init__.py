"""Data sets that are kept: uploaded, compared, and put in the place of the one that counts."""
