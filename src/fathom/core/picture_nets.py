"""The names of the catalogue's nets for pictures, for those who may not look into the catalogue."""

RESIDUAL = ("resnet20", "resnet")
"""Those with shortcuts."""

PICTURE_NETS = ("lenet5", "plain", *RESIDUAL)
"""All of them."""
