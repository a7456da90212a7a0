"""Where data come from, one file a format: each gives a `Raw`."""
