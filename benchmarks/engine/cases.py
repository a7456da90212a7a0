"""The nets that are timed, how many of them at a time, and for how many steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MEMBERS = (1, 4, 16, 64)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One net on one set.

    Attributes:
        name: of the net, as the tables have it.
        data: the set: "breast-cancer" or "fashion-mnist".
        sizes: n^[0], ..., n^[L] of a fully connected net; () for LeNet-5.
        batch: examples a step.
        steps_an_epoch: so many batches are the whole set.
        steps: least steps of one net that a timing of a single net makes; K nets make a K-th of it, at least one epoch.
        image: the shape of an input; (n_x,) for a fully connected net.
    """

    name: str
    data: str
    sizes: tuple[int, ...]
    batch: int
    steps_an_epoch: int
    steps: int
    image: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Of the set."""
        return self.batch * self.steps_an_epoch

    @property
    def classes(self) -> int:
        """Outputs of the net."""
        return self.sizes[-1] if self.sizes else 10

    @property
    def dense(self) -> bool:
        """Whether it is fully connected."""
        return bool(self.sizes)

    def epochs(self, members: int) -> int:
        """Of a timing of so many nets.

        Example:
            >>> [CASES[0].epochs(k) for k in MEMBERS]
            [20, 5, 2, 1]
        """
        return max(1, -(-self.steps // (members * self.steps_an_epoch)))


SMALL = Case(name="30-64-32-2", data="breast-cancer", sizes=(30, 64, 32, 2), batch=64, steps_an_epoch=100, steps=2_000, image=(30,))
MIDDLE = Case(name="784-128-64-10", data="fashion-mnist", sizes=(784, 128, 64, 10), batch=128, steps_an_epoch=100, steps=400, image=(784,))
LARGE = Case(name="784-512-512-10", data="fashion-mnist", sizes=(784, 512, 512, 10), batch=128, steps_an_epoch=25, steps=100, image=(784,))
LENET = Case(name="LeNet-5", data="fashion-mnist", sizes=(), batch=128, steps_an_epoch=25, steps=100, image=(1, 28, 28))

CASES = (SMALL, MIDDLE, LARGE, LENET)
BY_NAME = {case.name: case for case in CASES}

LENET_LAYERS = (
    ("convolution", 1, 6, 5, 28),
    ("convolution", 6, 16, 5, 10),
    ("linear", 400, 120, 1, 1),
    ("linear", 120, 84, 1, 1),
    ("linear", 84, 10, 1, 1),
)
"""LeNet-5 (LeCun et al. 1998) with padding 2 in its first layer, ReLU and max pooling (C4W2-02): kind, units in, units out, side of
the filter, side of the output."""


def layers(case: Case) -> Sequence[tuple[str, int, int, int, int]]:
    """The layers of a case with weights, in the form of `LENET_LAYERS`."""
    pairs = zip(case.sizes[:-1], case.sizes[1:], strict=True)
    return [("linear", a, b, 1, 1) for a, b in pairs] if case.dense else LENET_LAYERS


def parameters(case: Case) -> int:
    """How many numbers one net trains.

    Example:
        >>> parameters(SMALL), parameters(MIDDLE), parameters(LENET)
        (4130, 109386, 61706)
    """
    return sum(b * (a * side * side + 1) for _, a, b, side, _ in layers(case))


def operations(case: Case) -> int:
    """Floating point operations of the products of one step of one net: 2 forward, 4 backward, 2 less in the first layer.

    Example:
        >>> operations(SMALL) == 64 * (4 * 30 * 64 + 6 * 64 * 32 + 6 * 32 * 2)
        True
    """
    total = 0
    for number, (_, a, b, side, out) in enumerate(layers(case)):
        total += (4 if number == 0 else 6) * a * b * side * side * out * out
    return case.batch * total


def rates(members: int, *, each: bool) -> list[float]:
    """The learning rates of K nets: 0.001 for all, or one for each from 0.0003 to 0.003 on a logarithmic scale.

    Example:
        >>> [round(r, 5) for r in rates(3, each=True)], rates(2, each=False)
        ([0.0003, 0.00095, 0.003], [0.001, 0.001])
    """
    if not each or members == 1:
        return [1e-3] * members
    return [3e-4 * 10 ** (k / (members - 1)) for k in range(members)]
