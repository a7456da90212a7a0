"""Set-ups in which nothing is wrong."""
