"""One head of causal self-attention with a residual, by hand."""

from __future__ import annotations

import numpy as np

from fathom.testing.faults.gradients.backward_pass import ROWS, Array, Arrays, Passes, names

SEQUENCES, STEPS, WIDTH = 3, 5, 4
SCALE = WIDTH**-0.5
LATER = np.triu(np.ones((STEPS, STEPS), dtype=bool), 1)


def _data(seed: int) -> tuple[Array, Array]:
    rng = ROWS([seed, 31])
    return rng.normal(size=(SEQUENCES, STEPS, WIDTH)), rng.normal(size=(SEQUENCES, STEPS, WIDTH))


def _theta(seed: int) -> dict[str, Array]:
    rng = ROWS([seed, 32])
    return {name: rng.normal(size=(WIDTH, WIDTH)) / 1.5 for name in ("Win", "Wq", "Wk", "Wv", "Wo")}


def _forward(theta: Arrays, x: Array) -> dict[str, Array]:
    h = np.tanh(x @ theta["Win"])
    q, k, v = h @ theta["Wq"], h @ theta["Wk"], h @ theta["Wv"]
    scores = np.where(LATER, -np.inf, q @ k.swapaxes(1, 2) * SCALE)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    mixed = weights @ v
    return {"h": h, "q": q, "k": k, "v": v, "weights": weights, "mixed": mixed, "out": h + mixed @ theta["Wo"]}


def _cost(theta: Arrays, seed: int) -> float:
    x, y = _data(seed)
    return float(((_forward(theta, x)["out"] - y) ** 2).sum() / (2 * SEQUENCES))


def _through_softmax(dweights: Array, weights: Array, slip: str) -> Array:
    if slip == "softmax taken for elementwise":
        return dweights * weights * (1 - weights)
    axis = -2 if slip == "softmax summed over queries" else -1
    return weights * (dweights - (dweights * weights).sum(axis=axis, keepdims=True))


def _gradient(theta: Arrays, seed: int, slip: str) -> dict[str, Array]:
    x, y = _data(seed)
    c = _forward(theta, x)
    dout = (c["out"] - y) / SEQUENCES
    dmixed = dout @ theta["Wo"].T
    weights = c["weights"] if slip == "weights not transposed in dV" else c["weights"].swapaxes(1, 2)
    dv = weights @ dmixed
    dscores = _through_softmax(dmixed @ c["v"].swapaxes(1, 2), c["weights"], slip)
    dscores = dscores if slip == "scale forgotten" else dscores * SCALE
    dq = dscores @ c["k"]
    dk = (dscores if slip == "scores not transposed in dK" else dscores.swapaxes(1, 2)) @ c["q"]
    dh = dq @ theta["Wq"].T + dk @ theta["Wk"].T + dv @ theta["Wv"].T
    if slip != "residual forgotten":
        dh = dh + dout
    if slip == "keys forgotten on the way down":
        dh = dh - dk @ theta["Wk"].T
    dz = dh * (1 - c["h"] ** 2)
    pairs = {"Win": (x, dz), "Wq": (c["h"], dq), "Wk": (c["h"], dk), "Wv": (c["h"], dv), "Wo": (c["mixed"], dout)}
    return {f"d{name}": np.einsum("nti,ntj->ij", before, after) for name, (before, after) in pairs.items()}


ATTENTION = Passes(
    family="attention",
    theta=_theta,
    cost=_cost,
    gradient=_gradient,
    slips={
        "softmax taken for elementwise": names("Win Wq Wk"),
        "softmax summed over queries": names("Win Wq Wk"),
        "scale forgotten": names("Win Wq Wk"),
        "scores not transposed in dK": names("Win Wk"),
        "weights not transposed in dV": names("Win Wv"),
        "residual forgotten": names("Win"),
        "keys forgotten on the way down": names("Win"),
    },
)
