"""What several set-ups are built of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fathom.testing.faults.real_data import vocabulary


class Custom(nn.Module):
    """A module whose forward pass is given: run(self, *inputs).

    Example:
        >>> twice = Custom(lambda net, x: net.layer(net.layer(x)), layer=nn.Identity())
        >>> twice(torch.ones(1))
        tensor([1.])
    """

    def __init__(self, run: Callable[..., Any], **parts: nn.Module) -> None:
        super().__init__()
        self.run = run
        for name, part in parts.items():
            self.add_module(name, part)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Whatever `run` gives."""
        return self.run(self, *inputs, **named)


class Do(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        """function(x)."""
        return self.function(x)


def dense(*sizes: int, activation: type[nn.Module] = nn.ReLU, last: Sequence[nn.Module] = (), bias: bool = True) -> nn.Sequential:
    """Linear layers of these sizes with an activation between them, and `last` behind the last."""
    layers: list[nn.Module] = []
    for inside, outside in pairwise(sizes):
        layers += [nn.Linear(inside, outside, bias=bias), activation()]
    return nn.Sequential(*layers[:-1], *last)


def convolutional(*channels: int, outputs: int = 10, normal: type[nn.Module] | None = None, bias: bool = True) -> nn.Sequential:
    """3x3 convolutions over images of 8x8, global average, one linear layer."""
    layers: list[nn.Module] = []
    for inside, outside in pairwise((1, *channels)):
        layers += [nn.Conv2d(inside, outside, 3, padding=1, bias=bias)]
        layers += [normal(outside)] if normal else []
        layers += [nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels[-1], outputs))


class Attention(nn.Module):
    """Self-attention written out, with the places where people slip as arguments.

    Args:
        width, heads: as everywhere.
        causal: whether a position sees only itself and what is before it.
        normalize: scores (n, heads, t, t) -> weights.
        split: (n, t, width) -> (n, heads, t, width / heads).
        scale: what the scores are multiplied with; None for 1 / sqrt(width of a head).
    """

    def __init__(
        self,
        width: int,
        heads: int = 2,
        *,
        causal: bool = False,
        normalize: Callable[[Tensor], Tensor] = lambda s: s.softmax(-1),
        split: Callable[[Tensor, int], Tensor] = lambda x, heads: x.unflatten(-1, (heads, -1)).transpose(1, 2),
        scale: float | None = None,
    ) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.heads, self.causal, self.normalize, self.split = heads, causal, normalize, split
        self.scale = scale if scale is not None else (width // heads) ** -0.5

    def forward(self, x: Tensor) -> Tensor:
        """(n, t, width) -> the same."""
        q, k, v = (self.split(layer(x), self.heads) for layer in (self.query, self.key, self.value))
        scores = q @ k.transpose(-2, -1) * self.scale
        if self.causal:
            later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
            scores = scores.masked_fill(later, float("-inf"))
        mixed = self.normalize(scores) @ v
        return self.out(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    """A transformer block with the norm in front."""

    def __init__(self, width: int, attention: nn.Module) -> None:
        super().__init__()
        self.attention = attention
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed = dense(width, 2 * width, width, activation=nn.GELU)

    def forward(self, x: Tensor) -> Tensor:
        """(n, t, width) -> the same."""
        x = x + self.attention(self.before(x))
        return x + self.feed(self.between(x))


class Language(nn.Module):
    """Tokens (n, t) -> logits of the next token (n, t, vocabulary), or of a class (n, classes)."""

    def __init__(self, mixer: nn.Module, width: int = 16, *, classes: int | None = None, positions: int | None = 32) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary(), width)
        self.positions = nn.Embedding(positions, width) if positions else None
        self.mixer = mixer
        self.head = nn.Linear(width, classes or vocabulary())
        self.classes = classes
        nn.init.normal_(self.tokens.weight, std=0.3)
        if self.positions is not None:
            nn.init.normal_(self.positions.weight, std=0.3)

    def forward(self, tokens: Tensor) -> Tensor:
        """The logits."""
        x = self.tokens(tokens)
        if self.positions is not None:
            x = x + self.positions(torch.arange(tokens.shape[1]))
        mixed = self.mixer(x)
        return self.head(mixed.mean(1) if self.classes else mixed)


class Last(nn.Module):
    """A recurrent layer and a linear layer on its last output."""

    def __init__(self, layer: nn.RNNBase, outputs: int) -> None:
        super().__init__()
        self.layer: Any = layer
        self.head = nn.Linear(layer.hidden_size * (2 if layer.bidirectional else 1), outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(n, t, features) -> (n, outputs)."""
        return self.head(self.layer(x)[0][:, -1])


def each_token(outputs: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of the next token, over all positions."""
    return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())


def redraw(net: nn.Module, draw: Callable[[Tensor], Any], *, biases: bool = False) -> nn.Module:
    """`draw` over every weight of two and more dimensions (and, with `biases`, over all else), in place."""
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() > 1 or biases:
                draw(parameter)
    return net
