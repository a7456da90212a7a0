"""Checks that point at the bug: gradient, signal, sanity; each gives findings."""
