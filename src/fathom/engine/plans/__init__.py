"""How the members of a population are computed: dense, stacked, or one after another; one meaning."""
