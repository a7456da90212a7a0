"""The single checks of `check_model`, one idea a file; `registry.py` lists them."""
