"""Pure Python and NumPy: records, intervals, errors raised, seeds. Never torch."""
