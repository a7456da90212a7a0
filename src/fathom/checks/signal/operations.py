"""The torch functions that a signal runs through, by the part that they play."""

from __future__ import annotations

WEIGHTED = frozenset(
    {
        *(
            "linear",
            "bilinear",
            "matmul",
            "__matmul__",
            "__rmatmul__",
            "mm",
            "bmm",
            "mv",
            "addmm",
            "addmv",
            "baddbmm",
            "einsum",
            "tensordot",
        ),
        *("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
        *("embedding", "embedding_bag", "multi_head_attention_forward"),
        *("lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"),
    }
)
"""They make a layer where one of their arguments is a weight."""

RECURRENT = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
"""They run over all time steps in one call."""

CONVOLUTION = frozenset(name for name in WEIGHTED if name.startswith("conv"))

CLIPPING = frozenset({"relu", "relu6", "threshold", "clamp", "clamp_min", "hardtanh"})
"""They make zeros, or a constant, for a whole half line."""

SIGMOIDS = frozenset({"sigmoid", "hardsigmoid"})
TANHS = frozenset({"tanh", "softsign"})
SATURATING = SIGMOIDS | TANHS

SMOOTH = frozenset(
    {"leaky_relu", "gelu", "elu", "selu", "celu", "silu", "mish", "hardswish", "softplus", "prelu", "rrelu", "logsigmoid", "glu"}
)

ACTIVATIONS = CLIPPING | SATURATING | SMOOTH

NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "normalize", "local_response_norm"})

SUMS = frozenset({"add", "__add__", "__radd__", "__iadd__", "sub", "__sub__"})

FOLLOWERS = ACTIVATIONS | NORMS | SUMS
"""They belong to the layer before them: the next layer reads what they give."""

RECTIFIERS = (CLIPPING | SMOOTH) - {"selu", "softplus", "logsigmoid", "glu", "clamp", "hardtanh"}
"""He's standard deviation is for these; Xavier's is for the rest."""


def plain_name(function: object) -> str:
    """The name of a torch function, in-place versions like the others.

    Example:
        >>> import torch
        >>> plain_name(torch.relu_), plain_name(torch.Tensor.__add__)
        ('relu', '__add__')
    """
    name = str(getattr(function, "__name__", ""))
    return name if name.startswith("__") else name.rstrip("_")


def unit_axis(operation: str, dimensions: int) -> int:
    """The axis of an output that counts units: channels of a convolution, else the last."""
    return dimensions - {"1d": 2, "2d": 3, "3d": 4}[operation[-2:]] if operation in CONVOLUTION else dimensions - 1
