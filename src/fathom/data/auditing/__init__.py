"""The audit: what would make the figures of a split worth less than they look."""
