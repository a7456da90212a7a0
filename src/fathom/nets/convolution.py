"""What a convolution makes of a picture: sizes and counts (C4W1-10..17)."""

from __future__ import annotations

from fathom.core.expectations import refuse, whole


def output_size(n: int, *, f: int, p: int = 0, s: int = 1) -> int:
    """The side of what a filter gives: floor((n + 2p - f)/s) + 1 (C4W1-12, 13); pooling follows the same rule (C4W1-22).

    Args:
        n: the side of the input.
        f, p, s: the side of the filter, the padding on each side, the stride.

    Raises:
        UnusableInput: a filter that does not fit into the padded input.

    Example:
        >>> output_size(6, f=3), output_size(6, f=3, p=1), output_size(7, f=3, s=2), output_size(6, f=3, s=2)
        (4, 6, 3, 2)
    """
    n, f, p, s = whole("n", n, low=1), whole("f", f, low=1), whole("p", p, low=0), whole("s", s, low=1)
    if f > n + 2 * p:
        raise refuse("`f`", expected=f"a filter of at most {n + 2 * p}, the padded side", got=f, fix="a smaller filter, or more padding")
    return (n + 2 * p - f) // s + 1


def same_padding(f: int) -> int:
    """The padding that keeps the side at stride 1: (f - 1)/2, f odd (C4W1-11).

    Raises:
        UnusableInput: an even f.

    Example:
        >>> same_padding(3), same_padding(5)
        (1, 2)
    """
    if whole("f", f, low=1) % 2 == 0:
        raise refuse("`f`", expected="an odd side, which has a middle", got=f)
    return (f - 1) // 2


def parameters(f: int, channels: int, filters: int) -> int:
    """The numbers that a layer trains: (f f n_c + 1) for each filter, whatever the size of the picture (C4W1-16).

    Example:
        >>> parameters(3, 3, 10), parameters(5, 3, 8), parameters(5, 8, 16)
        (280, 608, 3216)
    """
    return (whole("f", f, low=1) ** 2 * whole("channels", channels, low=1) + 1) * whole("filters", filters, low=1)
