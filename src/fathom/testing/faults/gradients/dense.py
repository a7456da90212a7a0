"""The course's net of three layers, columns as examples, with its penalty and a dropout mask that stays."""

from __future__ import annotations

import numpy as np

from fathom.testing.faults.gradients.backward_pass import ROWS, Array, Arrays, Passes, names

SIZES = (4, 5, 5, 1)
M = 7
PENALTY = 0.7
KEEP = 0.8


def _data(seed: int) -> tuple[Array, Array, Array]:
    rng = ROWS([seed, 1])
    x = rng.normal(size=(SIZES[0], M))
    labels, kept = rng.random((1, M)) < 0.5, rng.random((SIZES[1], M)) < KEEP
    return x, labels.astype(np.float64), kept.astype(np.float64) / KEEP


def _theta(seed: int) -> dict[str, Array]:
    rng = ROWS([seed, 2])
    theta = {}
    for layer in (1, 2, 3):
        theta[f"W{layer}"] = rng.normal(size=(SIZES[layer], SIZES[layer - 1])) / np.sqrt(SIZES[layer - 1])
        theta[f"b{layer}"] = 0.3 * rng.normal(size=(SIZES[layer], 1))
    return theta


def _forward(theta: Arrays, x: Array, mask: Array) -> dict[str, Array]:
    z1 = theta["W1"] @ x + theta["b1"]
    a1 = np.where(z1 > 0, z1, 0.1 * z1) * mask
    z2 = theta["W2"] @ a1 + theta["b2"]
    a2 = np.tanh(z2)
    z3 = theta["W3"] @ a2 + theta["b3"]
    return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "z3": z3, "a3": 1 / (1 + np.exp(-z3))}


def _cost(theta: Arrays, seed: int) -> float:
    x, y, mask = _data(seed)
    z3 = _forward(theta, x, mask)["z3"]
    weights = sum(float((theta[f"W{layer}"] ** 2).sum()) for layer in (1, 2, 3))
    return float((np.logaddexp(0, z3) - y * z3).mean()) + PENALTY / (2 * M) * weights


def _gradient(theta: Arrays, seed: int, slip: str) -> dict[str, Array]:
    x, y, mask = _data(seed)
    c = _forward(theta, x, mask)
    dz3 = y - c["a3"] if slip == "sign of dZ3" else c["a3"] - y
    if slip == "dZ3 as for squared error":
        dz3 = dz3 * c["a3"] * (1 - c["a3"])
    da2 = theta["W3"].T @ dz3
    dz2 = da2 * _slope_2(c, slip)
    da1 = (theta["W2"] if slip == "W2 not transposed in dA1" else theta["W2"].T) @ dz2
    if slip != "mask forgotten on the way back":
        da1 = da1 * mask
    if slip == "mask drawn anew on the way back":
        da1 = da1 / np.where(mask > 0, mask, 1) * np.roll(mask, 1, axis=1)
    dz1 = da1 * _slope_1(c, slip)
    grads = {}
    for layer, dz, before in ((1, dz1, x), (2, dz2, c["a1"]), (3, dz3, c["a2"])):
        grads[f"dW{layer}"] = dz @ before.T / M + PENALTY / M * theta[f"W{layer}"]
        grads[f"db{layer}"] = dz.sum(axis=1, keepdims=True) / M
    return _spoiled(grads, theta, {"dz2": dz2, "dz3": dz3, **c}, slip)


def _slope_2(c: dict[str, Array], slip: str) -> Array:
    slopes = {"tanh slope 1 - A": 1 - c["a2"], "tanh slope from A": 1 - np.tanh(c["a2"]) ** 2}
    return slopes.get(slip, 1 - c["a2"] ** 2)


def _slope_1(c: dict[str, Array], slip: str) -> Array:
    slopes = {
        "mask of layer 2 in layer 1": np.where(c["z2"] > 0, 1, 0.1),
        "no slope in layer 1": np.ones_like(c["z1"]),
        "leak of 0.01 on the way back": np.where(c["z1"] > 0, 1, 0.01),
    }
    return slopes.get(slip, np.where(c["z1"] > 0, 1, 0.1))


def _spoiled(grads: dict[str, Array], theta: Arrays, c: dict[str, Array], slip: str) -> dict[str, Array]:
    data_2 = grads["dW2"] - PENALTY / M * theta["W2"]
    spoiled = {
        "dW2 twice": ("dW2", lambda: data_2 * 2 + PENALTY / M * theta["W2"]),
        "4 over m in db1": ("db1", lambda: grads["db1"] * 4),
        "dW3 not divided by m": ("dW3", lambda: c["dz3"] @ c["a2"].T + PENALTY / M * theta["W3"]),
        "penalty left out of dW1": ("dW1", lambda: grads["dW1"] - PENALTY / M * theta["W1"]),
        "penalty not divided by m in dW2": ("dW2", lambda: data_2 + PENALTY * theta["W2"]),
        "penalty on b2": ("db2", lambda: grads["db2"] + PENALTY / M * theta["b2"]),
        "dW2 transposed": ("dW2", lambda: grads["dW2"].T),
        "db2 summed over units too": ("db2", lambda: np.full_like(grads["db2"], c["dz2"].sum() / M)),
        "db1 left at zero": ("db1", lambda: np.zeros_like(grads["db1"])),
    }
    if slip in spoiled:
        name, mended = spoiled[slip]
        grads[name] = mended()
    return grads


BELOW_2 = names("W1 b1 W2 b2")
BELOW_1 = names("W1 b1")

DENSE = Passes(
    family="dense",
    theta=_theta,
    cost=_cost,
    gradient=_gradient,
    slips={
        "sign of dZ3": BELOW_2 | names("W3 b3"),
        "dZ3 as for squared error": BELOW_2 | names("W3 b3"),
        "tanh slope 1 - A": BELOW_2,
        "tanh slope from A": BELOW_2,
        "W2 not transposed in dA1": BELOW_1,
        "mask forgotten on the way back": BELOW_1,
        "mask drawn anew on the way back": BELOW_1,
        "mask of layer 2 in layer 1": BELOW_1,
        "no slope in layer 1": BELOW_1,
        "leak of 0.01 on the way back": BELOW_1,
        "dW2 twice": names("W2"),
        "4 over m in db1": names("b1"),
        "dW3 not divided by m": names("W3"),
        "penalty left out of dW1": names("W1"),
        "penalty not divided by m in dW2": names("W2"),
        "penalty on b2": names("b2"),
        "dW2 transposed": names("W2"),
        "db2 summed over units too": names("b2"),
        "db1 left at zero": names("b1"),
    },
)
