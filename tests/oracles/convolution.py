"""Convolution as the course writes it, by four loops."""

import numpy as np


def convolve(image, filters, *, p=0, s=1):
    """(h, w[, c]) and (f, f[, c]) -> (h', w'): sums of products, the filter not flipped (C4W1-03, 14)."""
    image, filters = np.asarray(image, dtype=float), np.asarray(filters, dtype=float)
    pad = [(p, p), (p, p)] + [(0, 0)] * (image.ndim - 2)
    image, f = np.pad(image, pad), len(filters)
    h, w = ((side - f) // s + 1 for side in image.shape[:2])
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = (image[i * s : i * s + f, j * s : j * s + f] * filters).sum()
    return out


def pool(image, *, f, s, of=np.max):
    image = np.asarray(image, dtype=float)
    h, w = ((side - f) // s + 1 for side in image.shape)
    return np.array([[of(image[i * s : i * s + f, j * s : j * s + f]) for j in range(w)] for i in range(h)])
