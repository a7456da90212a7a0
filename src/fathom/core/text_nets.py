"""The names of the catalogue's nets for texts, for those who may not look into the catalogue."""

AVERAGED = "embedding"
"""The one that is blind to the order of words."""

TEXT_NETS = (AVERAGED, "rnn", "gru", "lstm")
"""All of them."""
