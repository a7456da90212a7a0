"""Experiment to run: fit, fit many, measure, save, open."""
