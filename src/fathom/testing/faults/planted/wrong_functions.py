"""Autograd functions with a wrong backward pass, as they are written for speed or to learn how."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F
from torch.nn.grad import conv2d_input, conv2d_weight


class LinearAveraged(Function):
    """The gradient of the weight averaged over the batch, which the loss has done already."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """x W^T + b."""
        ctx.save_for_backward(x, weight)
        return x @ weight.T + bias

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        """To x, W and b."""
        x, weight = ctx.saved_tensors
        return grad @ weight, grad.T @ x / len(x), grad.sum(0)


class LinearBiasMean(LinearAveraged):
    """The gradient of the bias averaged over the batch."""

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        """To x, W and b."""
        x, weight = ctx.saved_tensors
        return grad @ weight, grad.T @ x, grad.mean(0)


class LinearTransposed(LinearAveraged):
    """W instead of its transpose on the way down; W is square, so nothing complains."""

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        """To x, W and b."""
        x, weight = ctx.saved_tensors
        return grad @ weight.T, grad.T @ x, grad.sum(0)


class LinearNegative(LinearAveraged):
    """A minus too many in the weight."""

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        """To x, W and b."""
        x, weight = ctx.saved_tensors
        return grad @ weight, -(grad.T @ x), grad.sum(0)


class LinearSilent(LinearAveraged):
    """Nothing is handed down."""

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        """To x, W and b."""
        x, _ = ctx.saved_tensors
        return torch.zeros_like(x), grad.T @ x, grad.sum(0)


class Swish(Function):
    """x sigmoid(x), differentiated as if sigmoid(x) were a constant."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """x sigmoid(x)."""
        ctx.save_for_backward(x)
        return x * x.sigmoid()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """To x."""
        return grad * ctx.saved_tensors[0].sigmoid()


class GuidedRelu(Function):
    """A ReLU that masks by the sign of the gradient and not of its input."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """max(0, x)."""
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """To x."""
        return grad * (grad > 0)


class StaleRelu(Function):
    """A ReLU whose mask is one that was kept for other rows."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """max(0, x)."""
        ctx.mask = (x > 0).roll(1, 0)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """To x."""
        return grad * ctx.mask


class ConvolutionUnturned(Function):
    """A 3x3 convolution whose kernel is not turned on the way down."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        """The convolution, padded to the same size."""
        ctx.save_for_backward(x, weight)
        return F.conv2d(x, weight, padding=1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """To x and the kernel."""
        x, weight = ctx.saved_tensors
        to_weight = conv2d_weight(x, weight.shape, grad, padding=1)
        return F.conv2d(grad, weight.transpose(0, 1), padding=1), to_weight


class ConvolutionOfOneImage(ConvolutionUnturned):
    """The gradient of the kernel from the first image alone."""

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """To x and the kernel."""
        x, weight = ctx.saved_tensors
        to_weight = conv2d_weight(x[:1], weight.shape, grad[:1], padding=1)
        return conv2d_input(x.shape, weight, grad, padding=1), to_weight


class LayerNormConstant(Function):
    """Layer norm whose mean and deviation are taken for constants on the way back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: Tensor) -> Tensor:
        """Normalized over the last dimension, times the gain."""
        deviation = (x.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()
        normalized = (x - x.mean(-1, keepdim=True)) / deviation
        ctx.save_for_backward(normalized, deviation, gain)
        return normalized * gain

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """To x and the gain."""
        normalized, deviation, gain = ctx.saved_tensors
        return grad * gain / deviation, (grad * normalized).flatten(0, -2).sum(0)


class LayerNormGain(LayerNormConstant):
    """Layer norm whose gain gets its gradient from the output and not from what was normalized."""

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        """To x and the gain."""
        normalized, deviation, gain = ctx.saved_tensors
        inner = grad * gain
        back = inner - inner.mean(-1, keepdim=True) - normalized * (inner * normalized).mean(-1, keepdim=True)
        return back / deviation, (grad * normalized * gain).flatten(0, -2).sum(0)


class SoftmaxElementwise(Function):
    """A softmax differentiated as a sigmoid is."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Over the last dimension."""
        weights = x.softmax(-1)
        ctx.save_for_backward(weights)
        return weights

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """To x."""
        (weights,) = ctx.saved_tensors
        return grad * weights * (1 - weights)


class EmbeddingOverwritten(Function):
    """A lookup whose gradient keeps only one meeting of a token."""

    @staticmethod
    def forward(ctx: Any, tokens: Tensor, weight: Tensor) -> Tensor:
        """The rows of the weight."""
        ctx.save_for_backward(tokens, weight)
        return weight[tokens]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor]:
        """To the weight."""
        tokens, weight = ctx.saved_tensors
        to_weight = torch.zeros_like(weight)
        to_weight[tokens.flatten()] = grad.flatten(0, -2)
        return None, to_weight


class CrossEntropySummed(Function):
    """A mean of cross-entropies whose gradient is that of the sum."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor) -> Tensor:
        """The mean."""
        ctx.save_for_backward(logits, targets)
        return F.cross_entropy(logits, targets)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """To the logits."""
        logits, targets = ctx.saved_tensors
        return grad * (logits.softmax(-1) - F.one_hot(targets, logits.shape[-1])), None


class CellWithoutSlope(Function):
    """A tanh cell whose backward pass has forgotten the slope of tanh."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, state: Tensor, to_x: Tensor, to_state: Tensor) -> Tensor:
        """tanh(x A^T + h B^T)."""
        ctx.save_for_backward(x, state, to_x, to_state)
        return (x @ to_x.T + state @ to_state.T).tanh()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, ...]:
        """To x, h, A and B."""
        x, state, to_x, to_state = ctx.saved_tensors
        return grad @ to_x, grad @ to_state, grad.T @ x, grad.T @ state
