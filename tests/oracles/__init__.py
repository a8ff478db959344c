"""Slow, plain programs that give the right answer to small questions."""
