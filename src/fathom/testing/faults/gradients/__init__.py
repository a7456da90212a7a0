"""Backward passes written by hand in NumPy, right and with one slip each."""
