"""The names of the catalogue's nets for pictures, for those who may not look into the catalogue."""

from typing import Any

RESIDUAL = ("resnet20", "resnet")
"""Those with shortcuts."""

PICTURE_NETS = ("lenet5", "plain", *RESIDUAL)
"""All of them."""


def for_pictures(net: Any) -> bool:
    """Whether a net, as a user names it, is one of them: it wants whole pictures, normalized by channel.

    Example:
        >>> for_pictures("lenet5"), for_pictures("mlp"), for_pictures(None)
        (True, False, False)
    """
    return isinstance(net, str) and net in PICTURE_NETS
