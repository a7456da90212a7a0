"""The network of the course in plain NumPy: slow, short, and the oracle of everything in fathom that trains.

Written in the course's own notation, to be read beside it (C1W0-01, C1W4-03). The examples are columns:

    m        examples                      X    (n^[0], m)       A^[0]
    L        layers, the input not counted Y    (n^[L], m)       0/1, one-hot, or numbers
    n^[l]    units of layer l              W1   (n^[1], n^[0])   parameters["W1"], gradients["W1"] is its dW1
    g^[l]    activation of layer l         b1   (n^[1], 1)       parameters["b1"], gradients["b1"] is its db1

`fathom.nets` holds examples as rows and W in the same shape (out, in): X here is its inputs transposed.

Example:
    >>> X, Y = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    >>> parameters, costs = train(X, Y, sizes=(2, 4, 1), activation="tanh", alpha=1.0, iterations=500)
    >>> (forward(parameters, X, activation="tanh").A[-1] > 0.5).astype(int).tolist()  # exclusive or
    [[0, 1, 1, 0]]
    >>> all(after < before for before, after in zip(costs, costs[1:]))
    True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Parameters = dict[str, Array]
Moved = tuple[Parameters, Parameters]  # the parameters after a step, and the average that it keeps


class Cache(NamedTuple):
    """What the forward pass leaves for the backward pass (C1W4-05): A[l] for l = 0..L; Z[l] for l = 1..L, Z[0] is empty."""

    A: list[Array]
    Z: list[Array]


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z) (C1W2-05), written with tanh so that no z overflows."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def softmax(z: Array) -> Array:
    """e^z / sum e^z down each column (C2W3-16)."""
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(0, z), lambda z: np.where(z >= 0, 1.0, 0.0)),
    "leaky_relu": (lambda z: np.maximum(0.01 * z, z), lambda z: np.where(z >= 0, 1.0, 0.01)),
}
"""By name: g and its derivative (C1W3-03..06). At z = 0 the ReLUs have slope 1, as in the course; torch has 0 (0.01)."""

HEADS: dict[str, tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    "sigmoid": (sigmoid, lambda z, y: np.logaddexp(0, z) - y * z),
    "softmax": (softmax, lambda z, y: np.logaddexp.reduce(z, axis=0, keepdims=True) - (y * z).sum(axis=0, keepdims=True)),
    "linear": (lambda z: z, lambda z, y: 0.5 * (z - y) ** 2),
}
"""By name: g^[L] and the loss of z^[L] and y. The logistic loss -(y log a + (1 - y) log(1 - a)) (C1W2-07), the softmax loss
-sum y log a (C2W3-17) and half the squared error (C1W2-06). Written in z, they are finite where a rounds to 0 or 1."""


def depth(parameters: Parameters) -> int:
    """The number of layers, L."""
    return len(parameters) // 2


def initialize(sizes: Sequence[int], *, scheme: str = "he", gain: float = 1.0, seed: int = 0) -> Parameters:
    """W = randn * std, b = 0 (C1W3-11, 12, C2W1-45..49).

    Args:
        sizes: n^[0], ..., n^[L].
        scheme: he sqrt(2 / n^[l-1]), xavier sqrt(1 / n^[l-1]), glorot sqrt(2 / (n^[l-1] + n^[l])), random 0.01, zeros 0.
        gain: a factor on the standard deviation.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    parameters: Parameters = {}
    for l, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        std = {"he": (2 / n_in) ** 0.5, "xavier": (1 / n_in) ** 0.5, "glorot": (2 / (n_in + n_out)) ** 0.5, "random": 0.01, "zeros": 0.0}
        parameters[f"W{l}"] = rng.standard_normal((n_out, n_in)) * std[scheme] * gain
        parameters[f"b{l}"] = np.zeros((n_out, 1))
    return parameters


def draw_masks(sizes: Sequence[int], m: int, keep_prob: Sequence[float], seed: int = 0) -> list[Array]:
    """The masks (n^[l], m) of one pass, inverted dropout (C2W1-27): d = rand < keep_prob, a *= d, a /= keep_prob in one factor.

    Args:
        sizes: n^[0], ..., n^[L].
        m: examples; each has coins of its own.
        keep_prob: of the hidden layers 1..L-1 (C2W1-32).
        seed: of the draw; another pass needs another (C2W1-28).
    """
    rng = np.random.default_rng(seed)
    return [(rng.random((n, m)) < keep) / keep for n, keep in zip(sizes[1:-1], keep_prob, strict=True)]


def forward(parameters: Parameters, X: Array, *, activation: str = "relu", head: str = "sigmoid", masks: Sequence[Array] = ()) -> Cache:
    """Z^[l] = W^[l] A^[l-1] + b^[l], A^[l] = g^[l](Z^[l]) (C1W4-02); with masks A^[l] = A^[l] * D^[l] in the hidden layers.

    Without masks it is the pass for prediction: no coins and no scaling (C2W1-29). The answer is `forward(...).A[-1]`.
    """
    L = depth(parameters)
    A, Z = [X], [np.empty(0)]
    for l in range(1, L + 1):
        g = HEADS[head][0] if l == L else ACTIVATIONS[activation][0]
        Z.append(parameters[f"W{l}"] @ A[l - 1] + parameters[f"b{l}"])
        A.append(g(Z[l]))
        if masks and l < L:
            A[l] = A[l] * masks[l - 1]
    return Cache(A, Z)


def cost(parameters: Parameters, cache: Cache, Y: Array, *, head: str = "sigmoid", l2: float = 0.0) -> float:
    """J = (1/m) sum loss + lambda/(2m) sum ||W^[l]||_F^2, no biases (C1W2-08, C2W1-19); l2 is the course's lambda."""
    m = Y.shape[1]
    squares = sum(np.sum(parameters[f"W{l}"] ** 2) for l in range(1, depth(parameters) + 1))
    return float(HEADS[head][1](cache.Z[-1], Y).sum() / m + l2 / (2 * m) * squares)


def backward(
    parameters: Parameters, cache: Cache, Y: Array, *, activation: str = "relu", masks: Sequence[Array] = (), l2: float = 0.0
) -> Parameters:
    """The gradients of J, by the names of the parameters (C1W3-09, C1W4-06, C2W1-20).

    dZ^[L] = A^[L] - Y, for all three heads alike; then, from L down to 1,

        dW^[l] = (1/m) dZ^[l] A^[l-1]T + (lambda/m) W^[l]        db^[l] = (1/m) sum of dZ^[l] over examples, (n^[l], 1)
        dA^[l-1] = W^[l]T dZ^[l]  (* D^[l-1])                    dZ^[l-1] = dA^[l-1] * g'(Z^[l-1])
    """
    m, gradients = Y.shape[1], {}
    dZ = cache.A[-1] - Y
    for l in range(depth(parameters), 0, -1):
        W = parameters[f"W{l}"]
        gradients[f"W{l}"] = dZ @ cache.A[l - 1].T / m + l2 / m * W
        gradients[f"b{l}"] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dA = W.T @ dZ * (masks[l - 2] if masks else 1.0)
            dZ = dA * ACTIVATIONS[activation][1](cache.Z[l - 1])
    return gradients


def zeros_like(parameters: Parameters) -> Parameters:
    """v = 0 or S = 0, before the first step."""
    return {name: np.zeros_like(value) for name, value in parameters.items()}


def gradient_descent(parameters: Parameters, gradients: Parameters, *, alpha: float) -> Parameters:
    """W = W - alpha dW (C1W2-09)."""
    return {k: parameters[k] - alpha * gradients[k] for k in parameters}


def momentum(parameters: Parameters, gradients: Parameters, v: Parameters, *, alpha: float, beta: float = 0.9) -> Moved:
    """v = beta v + (1 - beta) dW, W = W - alpha v, without bias correction (C2W2-10)."""
    v = {k: beta * v[k] + (1 - beta) * gradients[k] for k in parameters}
    return {k: parameters[k] - alpha * v[k] for k in parameters}, v


def rmsprop(
    parameters: Parameters, gradients: Parameters, S: Parameters, *, alpha: float, beta2: float = 0.999, epsilon: float = 1e-8
) -> Moved:
    """S = beta2 S + (1 - beta2) dW^2, W = W - alpha dW / sqrt(S + epsilon), inside the root (C2W2-11)."""
    S = {k: beta2 * S[k] + (1 - beta2) * gradients[k] ** 2 for k in parameters}
    return {k: parameters[k] - alpha * gradients[k] / np.sqrt(S[k] + epsilon) for k in parameters}, S


def adam(
    parameters: Parameters, gradients: Parameters, v: Parameters, S: Parameters, t: int, *, alpha: float,
    beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8,
) -> tuple[Parameters, Parameters, Parameters]:  # fmt: skip
    """V and S of the two above, corrected by 1 - beta^t, W = W - alpha Vc / (sqrt(Sc) + epsilon) (C2W2-12); t from 1."""
    v = {k: beta1 * v[k] + (1 - beta1) * gradients[k] for k in parameters}
    S = {k: beta2 * S[k] + (1 - beta2) * gradients[k] ** 2 for k in parameters}
    v_corrected = {k: v[k] / (1 - beta1**t) for k in parameters}
    S_corrected = {k: S[k] / (1 - beta2**t) for k in parameters}
    return {k: parameters[k] - alpha * v_corrected[k] / (np.sqrt(S_corrected[k]) + epsilon) for k in parameters}, v, S


def train(
    X: Array, Y: Array, *, sizes: Sequence[int], alpha: float, iterations: int,
    activation: str = "relu", head: str = "sigmoid", l2: float = 0.0, seed: int = 0,
) -> tuple[Parameters, list[float]]:  # fmt: skip
    """Batch gradient descent (C1W3-08): the parameters, and J before each update, its penalty included (C2W1-25)."""
    parameters = initialize(sizes, scheme="he" if "relu" in activation else "xavier", seed=seed)
    costs = []
    for _ in range(iterations):
        cache = forward(parameters, X, activation=activation, head=head)
        costs.append(cost(parameters, cache, Y, head=head, l2=l2))
        parameters = gradient_descent(parameters, backward(parameters, cache, Y, activation=activation, l2=l2), alpha=alpha)
    return parameters, costs
