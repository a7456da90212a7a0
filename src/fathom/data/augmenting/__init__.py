"""Altered copies of examples."""
