"""One record a file: what is drawn, written or compared."""
