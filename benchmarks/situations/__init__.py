"""Is the diagnosis right? Situations planted so that the truth of every gap is known, over many seeds and draws; see `__main__`."""
