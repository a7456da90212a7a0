"""The parts of `prepare`: numbers scaled, levels encoded, the layout of features, the stored form."""
