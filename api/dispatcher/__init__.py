"""The dispatcher's desk: the board of the day, plans and how they are changed by hand."""
