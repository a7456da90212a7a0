"""Metrics of a role: what they are called, how they are computed, and how one net is chosen by them."""
