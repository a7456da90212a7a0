"""Batches of pictures altered on the device where they lie: mirrored, cropped, turned, sheared, scaled, recolored, cut out."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from fathom.core.records.augmentation import Augmentation
from fathom.core.records.picture import Picture
from fathom.data.augmenting.colors import Colors
from fathom.data.augmenting.draws import PLACE, draws


class BatchAugmenter:
    """Alters rows that are pictures normalized by channel; the same operations on CPU and GPU.

    A pixel of the altered picture at p comes from c + F S R (p - c - shift) / zoom of its original: c the center, R the rotation back, S
    the shear back, F the mirror. Flips and crops alone move pixels by whole steps and change no bit of them; else they are interpolated
    (bilinear). Places outside the picture take the nearest pixel of its edge.

    Args:
        how: the strengths; with none of them rows come back as they are.
        picture: that a row is.
        colors: of train, where they are altered.
    """

    def __init__(self, how: Augmentation, picture: Picture, colors: Colors | None = None) -> None:
        self.how, self.picture, self._colors = how, picture, colors
        self._on: dict[tuple[torch.device, torch.dtype], tuple[Tensor, ...]] = {}

    def drawn(self, seed: int, epoch: int, rows: int) -> Tensor:
        """(rows, 17) the numbers of all pictures of an epoch, in the order in which they are visited; see `draws`."""
        return torch.from_numpy(draws(seed, epoch, rows))

    def __call__(self, inputs: Tensor, drawn: Tensor) -> Tensor:
        """Altered rows.

        Args:
            inputs: (B, columns) on any device, which stay as they are.
            drawn: (B, 17) numbers of each.

        Returns:
            (B, columns); `inputs` itself where nothing is altered.
        """
        if self.how == Augmentation():
            return inputs
        p, number = self.picture, {name: drawn[:, column].to(inputs) for name, column in PLACE.items()}
        shape = (len(inputs), p.height, p.width, p.channels) if p.last else (len(inputs), p.channels, p.height, p.width)
        X = inputs.reshape(shape)
        X = X.permute(0, 3, 1, 2) if p.last else X
        X = self._placed(X, number)
        X = self._recolored(X, number)
        X = self._cut(X, number)
        return (X.permute(0, 2, 3, 1) if p.last else X).reshape(inputs.shape)

    def _placed(self, X: Tensor, number: dict[str, Tensor]) -> Tensor:
        """Pixels where they belong: by their indices where all steps are whole, else interpolated."""
        how = self.how
        if not (how.flip or how.upside_down or how.crop or how.moves):
            return X
        down, right = (_steps(number[name], how.crop) for name in ("down", "right"))
        over, across = number["upside_down"] < 0.5 if how.upside_down else None, number["flip"] < 0.5 if how.flip else None
        if how.moves:
            return _warped(X, _matrix(how, number, over, across), down, right)
        height, width = X.shape[2:]
        rows, columns = _sources(down, over, height), _sources(right, across, width)
        X = X.gather(2, rows[:, None, :, None].expand(X.shape))
        return X.gather(3, columns[:, None, None, :].expand(X.shape))

    def _recolored(self, X: Tensor, number: dict[str, Tensor]) -> Tensor:
        """Channels moved, and held within the range of train's pixels (C4W2-26, 27)."""
        how, channels = self.how, range(X.shape[1])
        if self._colors is None or not (how.color or how.pca_color):
            return X
        low, high, axes = self._constants(self._colors, X)
        offsets = X.new_zeros(X.shape[:2])
        if how.color:
            offsets = (2 * torch.stack([number[f"color_{c}"] for c in channels], 1) - 1) * how.color * (high - low)
        if how.pca_color:
            offsets = offsets + torch.stack([number[f"pca_{c}"] for c in channels], 1) * how.pca_color @ axes
        X = X + offsets[:, :, None, None]
        return X.clamp(low[None, :, None, None], high[None, :, None, None])

    def _cut(self, X: Tensor, number: dict[str, Tensor]) -> Tensor:
        """A square of each picture set to 0, train's mean; its middle may lie anywhere, so that a part of it may lie outside."""
        height, width = X.shape[2:]
        side = round(self.how.cutout * min(height, width))
        if not side:
            return X
        inside = [_within(number[name], size, side) for name, size in (("cut_down", height), ("cut_right", width))]
        return X.masked_fill((inside[0][:, :, None] & inside[1][:, None, :])[:, None], 0.0)

    def _constants(self, colors: Colors, X: Tensor) -> tuple[Tensor, ...]:
        key = (X.device, X.dtype)
        if key not in self._on:
            self._on[key] = tuple(torch.from_numpy(a).to(X) for a in (colors.low, colors.high, colors.axes))
        return self._on[key]


def _steps(even: Tensor, most: int) -> Tensor:
    """Numbers in [0, 1) as whole steps from -most to most."""
    return (even * (2 * most + 1)).floor().clamp(max=2 * most) - most


def _sources(steps: Tensor, mirrored: Tensor | None, size: int) -> Tensor:
    """(B, size) where each place of an axis comes from."""
    places = torch.arange(size, device=steps.device)
    found = (places - steps.to(torch.int64)[:, None]).clamp(0, size - 1)
    return found if mirrored is None else torch.where(mirrored[:, None], size - 1 - found, found)


def _within(even: Tensor, size: int, side: int) -> Tensor:
    """(B, size) whether a place lies in a stretch of `side` places around a middle drawn evenly."""
    start = (even * size).floor().clamp(max=size - 1).to(torch.int64) - side // 2
    places = torch.arange(size, device=even.device)
    return (places >= start[:, None]) & (places < start[:, None] + side)


def _matrix(how: Augmentation, number: dict[str, Tensor], over: Tensor | None, across: Tensor | None) -> Tensor:
    """(B, 2, 2) from (right, down) in the altered picture to (right, down) in its original, about the center."""
    turn, lean = (math.radians(most) * (2 * number[name] - 1) for name, most in (("turn", how.rotate), ("lean", how.shear)))
    scale = 1 + how.zoom * (2 * number["zoom"] - 1)
    cos, sin, slope = turn.cos() / scale, turn.sin() / scale, lean.tan()
    matrix = torch.stack([torch.stack([cos - slope * sin, -sin - slope * cos], 1), torch.stack([sin, cos], 1)], 1)
    if across is not None:
        matrix[:, 0] *= torch.where(across, -1.0, 1.0).to(matrix)[:, None]
    if over is not None:
        matrix[:, 1] *= torch.where(over, -1.0, 1.0).to(matrix)[:, None]
    return matrix


def _warped(X: Tensor, matrix: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Bilinear interpolation at M (p - c - shift) + c; the sampler counts places from -1 to 1 over the middles of the edge pixels."""
    height, width = X.shape[2:]
    half = torch.tensor([(width - 1) / 2, (height - 1) / 2], dtype=X.dtype, device=X.device)
    linear = matrix * half[None, None, :] / half[None, :, None]
    moved = -(matrix @ torch.stack([right, down], 1)[:, :, None]) / half[None, :, None]
    grid = functional.affine_grid(torch.cat([linear, moved], 2), list(X.shape), align_corners=True)
    return functional.grid_sample(X, grid, mode="bilinear", padding_mode="border", align_corners=True)
