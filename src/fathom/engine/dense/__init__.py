"""The dense plan: fully connected nets, stacked, with passes derived by hand."""
