"""Oracles and contract suites for those who build on fathom."""
