"""One file for each step; a file that was released does not change any more."""
