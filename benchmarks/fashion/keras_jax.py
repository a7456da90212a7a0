"""Keras on JAX, compiled, 25 steps an execution, which was its best for LeNet-5 in benchmarks/engine; compilation belongs to the call."""

from __future__ import annotations

import math
import os
import time
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

from benchmarks.fashion.asked import Asked, Made

STEPS = 25


class Watch(keras.callbacks.Callback):
    """The time from the first step to the last, and until its numbers are there."""

    def __init__(self) -> None:
        super().__init__()
        self.started = self.seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before the first step."""
        if epoch == 0:
            self.started = time.perf_counter()

    def on_train_end(self, logs: Any = None) -> None:
        """After the last step: JAX computes behind the back of Python."""
        jax.block_until_ready([v.value for v in self.model.trainable_variables])
        self.seconds = time.perf_counter() - self.started


def run(asked: Asked) -> Made:
    """Train, and count test's errors."""
    made, (train, y, test, test_y) = Made(), asked.arrays()
    X, rest = (np.ascontiguousarray(a.transpose(0, 2, 3, 1)) for a in (train, test))
    made.steps = asked.epochs * math.ceil(len(X) / asked.batch)
    watch = Watch()
    keras.utils.set_random_seed(asked.seed)
    with made.timed("call"):
        model = _lenet(asked, made.steps)
        ahead = asked.batch * STEPS
        fresh = model.get_weights()
        model.fit(X[:ahead], y[:ahead], batch_size=asked.batch, verbose=0)
        model.set_weights(fresh)
        for variable in model.optimizer.variables:
            variable.assign(np.zeros(variable.shape, dtype=variable.dtype))
        model.fit(X, y, batch_size=asked.batch, epochs=asked.epochs, verbose=0, callbacks=[watch])
    made.training = watch.seconds
    made.wrong = int((model.predict(rest, batch_size=1000, verbose=0).argmax(1) != test_y).sum())
    made.parameters = int(model.count_params())
    made.about = f"{STEPS} steps an execution, all cores"
    return made


def _lenet(asked: Asked, steps: int) -> Any:
    layers, he = keras.layers, {"kernel_initializer": "he_normal"}
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *(layers.Conv2D(8, 5, padding="same", activation="relu", **he), layers.MaxPooling2D(2)),
            *(layers.Conv2D(16, 5, activation="relu", **he), layers.MaxPooling2D(2), layers.Flatten()),
            *(layers.Dense(120, activation="relu", **he), layers.Dense(84, activation="relu", **he), layers.Dense(10, **he)),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(asked.rate, steps), epsilon=1e-8),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=STEPS,
        jit_compile=True,
    )
    return model
