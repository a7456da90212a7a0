"""Keras on JAX, compiled, one net after another; one compiled model serves all K, because a knowing user would have it so.

The compilation, and a first fit of one execution, belong to the whole call, not to the steps. The option is steps per execution.
"""

from __future__ import annotations

import os
import time
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

from benchmarks.engine.cases import Case, rates
from benchmarks.engine.sets import rows_of
from benchmarks.engine.timing import Asked, Stopwatch, Timing


class Watch(keras.callbacks.Callback):
    """The time from the first step to the last, and until its numbers are there."""

    def __init__(self) -> None:
        super().__init__()
        self.watch = Stopwatch()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before the first step."""
        if epoch == 0:
            self.watch.start()

    def on_train_end(self, logs: Any = None) -> None:
        """After the last step: JAX computes behind the back of Python."""
        jax.block_until_ready([v.value for v in self.model.trainable_variables])
        self.watch.stop()


def run(case: Case, asked: Asked) -> Timing:
    """Train K nets one after another."""
    X, y = rows_of(case)
    if not case.dense:
        X = np.ascontiguousarray(X.transpose(0, 2, 3, 1))
    watch, first, steps = Watch(), None, 0
    keras.utils.set_random_seed(asked.seed)
    started = time.perf_counter()
    model = _model(case, asked)
    fresh = [v.numpy() for v in model.trainable_variables]
    ahead = case.batch * int(asked.option or 1)
    model.fit(X[:ahead], y[:ahead], batch_size=case.batch, verbose=0)
    source = np.random.default_rng(asked.seed)
    for rate in rates(asked.members, each=asked.each):
        _renew(model, fresh, rate, source)
        model.fit(X, y, batch_size=case.batch, epochs=asked.epochs, verbose=0, callbacks=[watch])
        steps += int(model.optimizer.iterations)
        first = first or model.get_weights()
    call = time.perf_counter() - started
    model.set_weights(first)
    guess = jax.nn.log_softmax(model.predict(X, batch_size=1024, verbose=0))
    loss = float(-np.asarray(guess)[np.arange(len(y)), y].mean())
    keras.backend.clear_session()
    return Timing(seconds=watch.watch.seconds, call=call, steps=steps, parameters=sum(a.size for a in fresh), loss=loss)


def _model(case: Case, asked: Asked) -> Any:
    layers = keras.layers
    if case.dense:
        hidden = [layers.Dense(units, activation="relu") for units in case.sizes[1:-1]]
        parts = [keras.Input(case.image), *hidden, layers.Dense(case.sizes[-1])]
    else:
        parts = [
            keras.Input((*case.image[1:], case.image[0])),
            *(layers.Conv2D(6, 5, padding="same", activation="relu"), layers.MaxPooling2D(2)),
            *(layers.Conv2D(16, 5, activation="relu"), layers.MaxPooling2D(2), layers.Flatten()),
            *(layers.Dense(120, activation="relu"), layers.Dense(84, activation="relu"), layers.Dense(10)),
        ]
    model = keras.Sequential(parts)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-8),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=int(asked.option or 1),
        jit_compile=True,
    )
    return model


def _renew(model: Any, fresh: list[np.ndarray], rate: float, source: np.random.Generator) -> None:
    """Other first weights of the same size, an optimizer without memory, and a learning rate."""
    for variable, value in zip(model.trainable_variables, fresh, strict=True):
        variable.assign(source.permutation(value.reshape(-1)).reshape(value.shape))
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, dtype=variable.dtype))
    model.optimizer.learning_rate = rate
