"""One root seed, and a stream of its own for every purpose.

Nothing in fathom reads a global generator: a seed and the names of what it is for give the same numbers on every machine.
"""

from __future__ import annotations

import hashlib

import numpy as np


def derive(seed: int, *names: str | int) -> int:
    """A 63-bit seed that follows from a root seed and names.

    Args:
        seed: the root seed, any int.
        names: what the stream is for, as in ("dropout", layer, step).

    Returns:
        An int in [0, 2**63): blake2b of the seed and the names.

    Example:
        >>> derive(0, "split") == derive(0, "split"), derive(0, "split") == derive(1, "split")
        (True, False)
    """
    text = "\x1f".join([str(int(seed)), *map(str, names)])
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A NumPy generator for one purpose; see `derive`."""
    return np.random.Generator(np.random.PCG64(derive(seed, *names)))
