"""Two convolutions, max pool and a linear layer, by hand: images are rows, as frameworks have them."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from fathom.testing.faults.gradients.backward_pass import ROWS, Array, Arrays, Passes, names

IMAGES, SIDE, CHANNELS, FILTERS, KERNEL = 4, 8, 2, 3, 3


def _data(seed: int) -> tuple[Array, Array]:
    rng = ROWS([seed, 11])
    return rng.normal(size=(IMAGES, CHANNELS, SIDE, SIDE)), rng.normal(size=IMAGES)


def _theta(seed: int) -> dict[str, Array]:
    rng = ROWS([seed, 12])
    return {
        "K1": rng.normal(size=(FILTERS, CHANNELS, KERNEL, KERNEL)) / 4,
        "c1": 0.3 * rng.normal(size=FILTERS),
        "K2": rng.normal(size=(FILTERS, FILTERS, KERNEL, KERNEL)) / 5,
        "c2": 0.3 * rng.normal(size=FILTERS),
        "v": rng.normal(size=FILTERS * 4),
    }


def _convolve(x: Array, kernel: Array, bias: Array) -> Array:
    return np.einsum("ncyxij,fcij->nfyx", sliding_window_view(x, (KERNEL, KERNEL), axis=(2, 3)), kernel) + bias[:, None, None]


def _pool(a: Array) -> tuple[Array, Array]:
    """The largest of each 2x2 square, and where it was."""
    squares = a.reshape(IMAGES, FILTERS, 2, 2, 2, 2).swapaxes(3, 4)
    largest = squares.max(axis=(4, 5))
    return largest, squares == largest[..., None, None]


def _forward(theta: Arrays, x: Array) -> dict[str, Array]:
    z1 = _convolve(x, theta["K1"], theta["c1"])
    a1 = np.tanh(z1)
    z2 = _convolve(a1, theta["K2"], theta["c2"])
    a2 = np.tanh(z2)
    pooled, where = _pool(a2)
    flat = pooled.reshape(IMAGES, -1)
    return {"a1": a1, "a2": a2, "where": where, "flat": flat, "out": flat @ theta["v"]}


def _cost(theta: Arrays, seed: int) -> float:
    x, y = _data(seed)
    return float(((_forward(theta, x)["out"] - y) ** 2).mean() / 2)


def _to_kernel(x: Array, dz: Array) -> Array:
    return np.einsum("ncyxij,nfyx->fcij", sliding_window_view(x, (KERNEL, KERNEL), axis=(2, 3)), dz)


def _to_input(dz: Array, kernel: Array, flipped: bool) -> Array:
    padded = np.pad(dz, ((0, 0), (0, 0), (KERNEL - 1,) * 2, (KERNEL - 1,) * 2))
    turned = kernel[:, :, ::-1, ::-1] if flipped else kernel
    return np.einsum("nfyxij,fcij->ncyx", sliding_window_view(padded, (KERNEL, KERNEL), axis=(2, 3)), turned)


def _gradient(theta: Arrays, seed: int, slip: str) -> dict[str, Array]:
    x, y = _data(seed)
    c = _forward(theta, x)
    dout = (c["out"] - y) / IMAGES
    where = np.ones_like(c["where"]) / 4 if slip == "max pool spread as an average" else c["where"]
    dpooled = np.outer(dout, theta["v"]).reshape(IMAGES, FILTERS, 2, 2)
    da2 = (where * dpooled[..., None, None]).swapaxes(3, 4).reshape(IMAGES, FILTERS, 4, 4)
    dz2 = da2 * (1 - c["a2"] ** 2)
    dz1 = _to_input(dz2, theta["K2"], flipped=slip != "kernel not turned in dX") * (1 - c["a1"] ** 2)
    grads = {
        "dK1": _to_kernel(x, dz1),
        "dc1": dz1.sum(axis=(0, 2, 3)),
        "dK2": _to_kernel(c["a1"], dz2),
        "dc2": dz2.sum(axis=(0, 2, 3)),
        "dv": c["flat"].T @ dout,
    }
    if slip == "kernel turned in dK2":
        grads["dK2"] = grads["dK2"][:, :, ::-1, ::-1]
    if slip == "channels swapped in dK2":
        grads["dK2"] = grads["dK2"].swapaxes(0, 1)
    if slip == "bias averaged over places":
        grads["dc1"] = dz1.sum(axis=0).mean(axis=(1, 2))
    if slip == "last row of windows left out":
        grads["dK1"] = _to_kernel(x[:, :, :-1], dz1[:, :, :-1])
    return grads


CONVOLUTION = Passes(
    family="convolution",
    theta=_theta,
    cost=_cost,
    gradient=_gradient,
    slips={
        "max pool spread as an average": names("K1 c1 K2 c2"),
        "kernel not turned in dX": names("K1 c1"),
        "kernel turned in dK2": names("K2"),
        "channels swapped in dK2": names("K2"),
        "bias averaged over places": names("c1"),
        "last row of windows left out": names("K1"),
    },
)
