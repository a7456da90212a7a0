"""A linear layer, batch norm, a linear layer, layer norm, and a linear layer, by hand."""

from __future__ import annotations

import numpy as np

from fathom.testing.faults.gradients.backward_pass import ROWS, Array, Arrays, Passes, names

M, INPUTS, UNITS = 6, 3, 6
EPS = 1e-5


def _data(seed: int) -> tuple[Array, Array]:
    rng = ROWS([seed, 41])
    return rng.normal(size=(M, INPUTS)), rng.normal(size=M)


def _theta(seed: int) -> dict[str, Array]:
    rng = ROWS([seed, 42])
    return {
        "W1": rng.normal(size=(INPUTS, UNITS)),
        "gamma1": 1 + 0.2 * rng.normal(size=UNITS),
        "beta1": 0.2 * rng.normal(size=UNITS),
        "W2": rng.normal(size=(UNITS, UNITS)) / 2,
        "gamma2": 1 + 0.2 * rng.normal(size=UNITS),
        "beta2": 0.2 * rng.normal(size=UNITS),
        "w3": rng.normal(size=UNITS),
    }


def _normalized(x: Array, axis: int) -> tuple[Array, Array]:
    deviation = np.sqrt(x.var(axis=axis, keepdims=True) + EPS)
    return (x - x.mean(axis=axis, keepdims=True)) / deviation, deviation


def _forward(theta: Arrays, x: Array) -> dict[str, Array]:
    z1 = x @ theta["W1"]
    n1, s1 = _normalized(z1, axis=0)
    a1 = np.tanh(theta["gamma1"] * n1 + theta["beta1"])
    z2 = a1 @ theta["W2"]
    n2, s2 = _normalized(z2, axis=1)
    a2 = np.tanh(theta["gamma2"] * n2 + theta["beta2"])
    return {"z1": z1, "n1": n1, "s1": s1, "a1": a1, "n2": n2, "s2": s2, "a2": a2, "out": a2 @ theta["w3"]}


def _cost(theta: Arrays, seed: int) -> float:
    x, y = _data(seed)
    return float(((_forward(theta, x)["out"] - y) ** 2).mean())


def _through_norm(dn: Array, normalized: Array, deviation: Array, axis: int, slip: str) -> Array:
    if slip == "constant":
        return dn / deviation
    mean = 0 if slip == "no mean" else dn.mean(axis=axis, keepdims=True)
    spread = 0 if slip == "no variance" else normalized * (dn * normalized).mean(axis=axis, keepdims=True)
    return (dn - mean - spread) / deviation


SLIPS_OF_BATCH_NORM = {"batch statistics taken for constants": "constant", "batch norm without the path of the variance": "no variance"}
SLIPS_OF_LAYER_NORM = {"layer norm without the path of the mean": "no mean", "layer norm taken for constants": "constant"}


def _gradient(theta: Arrays, seed: int, slip: str) -> dict[str, Array]:
    x, y = _data(seed)
    c = _forward(theta, x)
    dout = 2 * (c["out"] - y) / M
    da2 = np.outer(dout, theta["w3"]) * (1 - c["a2"] ** 2)
    axis = 0 if slip == "layer norm averaged over the batch" else 1
    dz2 = _through_norm(da2 * theta["gamma2"], c["n2"], c["s2"], axis, SLIPS_OF_LAYER_NORM.get(slip, ""))
    da1 = dz2 @ theta["W2"].T * (1 - c["a1"] ** 2)
    dn1 = da1 if slip == "gamma1 forgotten on the way down" else da1 * theta["gamma1"]
    dz1 = _through_norm(dn1, c["n1"], c["s1"], 0, SLIPS_OF_BATCH_NORM.get(slip, ""))
    return {
        "dW1": x.T @ dz1,
        "dgamma1": (da1 * (c["z1"] if slip == "dgamma1 from what was not normalized" else c["n1"])).sum(axis=0),
        "dbeta1": da1.sum(axis=0),
        "dW2": c["a1"].T @ dz2,
        "dgamma2": (da2 * c["n2"]).sum(axis=1 if slip == "dgamma2 summed over units" else 0),
        "dbeta2": da2.mean(axis=0) if slip == "dbeta2 averaged" else da2.sum(axis=0),
        "dw3": c["a2"].T @ dout,
    }


BELOW = names("W1 gamma1 beta1 W2")

NORMALIZATION = Passes(
    family="normalization",
    theta=_theta,
    cost=_cost,
    gradient=_gradient,
    slips={
        "batch statistics taken for constants": names("W1"),
        "batch norm without the path of the variance": names("W1"),
        "layer norm without the path of the mean": BELOW,
        "layer norm taken for constants": BELOW,
        "layer norm averaged over the batch": BELOW,
        "gamma1 forgotten on the way down": names("W1"),
        "dgamma1 from what was not normalized": names("gamma1"),
        "dgamma2 summed over units": names("gamma2"),
        "dbeta2 averaged": names("beta2"),
    },
)
