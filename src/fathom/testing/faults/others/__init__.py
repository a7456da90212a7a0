"""Faults that people asked about in public, re-made from their threads."""
