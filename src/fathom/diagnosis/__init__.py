"""From errors to a ladder, verdicts and advice. Works on records alone."""
