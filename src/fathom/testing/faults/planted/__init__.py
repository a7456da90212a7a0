"""Faults that were put in by hand, by kind."""
