"""Characters by number into an embedding, a tanh recurrence, and a softmax at the end: backpropagation through time by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fathom.testing.faults.gradients.backward_pass import ROWS, Array, Arrays, Passes, names

SEQUENCES, STEPS, TOKENS, WIDTH, UNITS, CLASSES = 5, 6, 7, 4, 4, 3
Numbers = NDArray[np.int64]


def _data(seed: int) -> tuple[Numbers, Array]:
    rng = ROWS([seed, 21])
    tokens = rng.integers(TOKENS, size=(SEQUENCES, STEPS))
    return tokens, np.eye(CLASSES)[rng.integers(CLASSES, size=SEQUENCES)]


def _theta(seed: int) -> dict[str, Array]:
    rng = ROWS([seed, 22])
    return {
        "E": rng.normal(size=(TOKENS, WIDTH)),
        "Wx": rng.normal(size=(UNITS, WIDTH)) / 2,
        "Wh": rng.normal(size=(UNITS, UNITS)) / 2,
        "b": 0.3 * rng.normal(size=UNITS),
        "V": rng.normal(size=(CLASSES, UNITS)),
        "c": 0.3 * rng.normal(size=CLASSES),
    }


def _states(theta: Arrays, tokens: Numbers) -> list[Array]:
    states = [np.zeros((SEQUENCES, UNITS))]
    for t in range(STEPS):
        states.append(np.tanh(theta["E"][tokens[:, t]] @ theta["Wx"].T + states[-1] @ theta["Wh"].T + theta["b"]))
    return states


def _logits(theta: Arrays, state: Array) -> Array:
    return state @ theta["V"].T + theta["c"]


def _cost(theta: Arrays, seed: int) -> float:
    tokens, y = _data(seed)
    z = _logits(theta, _states(theta, tokens)[-1])
    return float((np.logaddexp.reduce(z, axis=1) - (z * y).sum(axis=1)).mean())


def _gradient(theta: Arrays, seed: int, slip: str) -> dict[str, Array]:
    tokens, y = _data(seed)
    states = _states(theta, tokens)
    z = _logits(theta, states[-1])
    dz = (np.exp(z - np.logaddexp.reduce(z, axis=1)[:, None]) - y) / SEQUENCES
    grads = {f"d{name}": np.zeros_like(value) for name, value in theta.items()}
    grads["dV"], grads["dc"] = dz.T @ states[-1], dz.sum(axis=0)
    dh = dz @ theta["V"]
    first = STEPS - 2 if slip == "cut after two steps" else 0
    for t in range(STEPS - 1, first - 1, -1):
        slope = 1 - (states[t] if slip == "slope of the state before" else states[t + 1]) ** 2
        da = dh * slope
        _add_step(grads, theta, da, states[t + 1 if slip == "state after in dWh" else t], tokens[:, t], slip)
        dh = da @ (theta["Wh"].T if slip == "Wh transposed through time" else theta["Wh"])
    return grads


def _add_step(grads: dict[str, Array], theta: Arrays, da: Array, state: Array, tokens: Numbers, slip: str) -> None:
    to_wx = da.T @ theta["E"][tokens]
    grads["dWx"] = to_wx if slip == "dWx overwritten at each step" else grads["dWx"] + to_wx
    grads["dWh"] += da.T @ state
    grads["db"] += da.mean(axis=0) if slip == "b averaged over sequences" else da.sum(axis=0)
    to_embedding = da @ theta["Wx"]
    if slip == "a token met twice counted once":
        grads["dE"][tokens] += to_embedding
    else:
        np.add.at(grads["dE"], tokens, to_embedding)


THROUGH_TIME = names("E Wx Wh b")

RECURRENT = Passes(
    family="recurrent",
    theta=_theta,
    cost=_cost,
    gradient=_gradient,
    slips={
        "cut after two steps": THROUGH_TIME,
        "slope of the state before": THROUGH_TIME,
        "Wh transposed through time": THROUGH_TIME,
        "state after in dWh": names("Wh"),
        "dWx overwritten at each step": names("Wx"),
        "b averaged over sequences": names("b"),
        "a token met twice counted once": names("E"),
    },
)
