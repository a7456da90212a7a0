"""Networks: layers, initialization, one file a family, the catalogue."""
