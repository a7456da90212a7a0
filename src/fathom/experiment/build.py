"""From what a user names as `net` to a module on the device, initialized and seeded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fathom.core.dense import DenseNet
from fathom.core.expectations import refuse
from fathom.core.records.picture import Picture
from fathom.core.records.settings import Settings
from fathom.core.seeding import derive
from fathom.nets.catalogue import DEFAULT, Entry, arguments_for, entry
from fathom.nets.initialization import initialize, scheme_for
from fathom.nets.text_net import TextNet, layers_of
from fathom.nets.work import multiplications

NetLike = str | nn.Module | Callable[..., nn.Module]


@dataclass(frozen=True)
class Built:
    """A module ready to train.

    Attributes:
        module: on the device, in the precision of the settings.
        record: of a fully connected net of the catalogue; None for others.
        name: the catalogue's name, or "custom".
        arguments: of the net.
        picture: that a net of the catalogue for pictures takes.
        work: multiplications for one example in a forward pass; the parameters where they are not counted.
    """

    module: nn.Module
    record: DenseNet | None
    name: str
    arguments: Mapping[str, Any]
    picture: Picture | None = None
    work: int = 0

    @property
    def shape(self) -> str:
        """784-64-32-10, the picture that goes in, or the class of a user's module."""
        described = self.record if self.record is not None else self.picture
        return type(self.module).__name__ if described is None else str(described)

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return sum(p.numel() for p in self.module.parameters() if p.requires_grad)


def build(
    net: NetLike,
    *,
    inputs: int,
    outputs: int,
    settings: Settings,
    arguments: Mapping[str, Any],
    kind: str,
    makes: str = "features",
    picture: Picture | None = None,
    beside: int = 0,
) -> Built:
    """The net that a user names.

    Args:
        net: a name of the catalogue, a module (trained in place), or a callable: (inputs, outputs) or nothing -> module.
        inputs, outputs: the widths that data and task ask for.
        settings: seed, dropout, initialization, precision, device.
        arguments: of a named net.
        kind: of the target, which a named net must answer.
        makes: what a row is, "features" or "tokens", which a named net must take.
        picture: that the inputs are, which a net for pictures needs.
        beside: features behind the tokens of a row.

    Raises:
        UnusableInput: an unknown net, one for another kind of target, or a module that trains nothing.
    """
    if not isinstance(net, str) and settings.dropout not in (0.0, ()):
        raise refuse("`dropout`", expected="0 with a net of your own", got=repr(settings.dropout), fix="put dropout into the net itself")
    if isinstance(net, str):
        _check_takes(net, makes)
        built = _named(net, inputs, outputs, settings, arguments, kind, picture, beside)
    else:
        built = Built(_module(net, inputs, outputs, settings), None, "custom", {})
        if settings.initialization is not None:
            initialize(built.module, scheme=settings.initialization, gain=settings.initialization_gain, seed=settings.seed)
    if built.parameters == 0:
        raise refuse("`net`", expected="a module with trainable parameters", got=f"{built.shape} with none", fix="check requires_grad")
    built.module.to(device=device_of(settings), dtype=dtype_of(settings))
    return built


def _check_takes(name: str, makes: str) -> None:
    takes, said = entry(name).takes, {"features": "tables", "tokens": "texts"}
    if takes != makes:
        raise refuse("`net`", expected=f"a net for {said[makes]}", got=f"{name}, which is for {said[takes]}", fix=f"use {DEFAULT[makes]}")


def _named(
    name: str,
    inputs: int,
    outputs: int,
    settings: Settings,
    arguments: Mapping[str, Any],
    kind: str,
    picture: Picture | None,
    beside: int,
) -> Built:
    chosen = entry(name)
    if kind not in chosen.kinds:
        raise refuse(
            "`net`", expected=f"a net for a {kind} target", got=f"{name}, which is for {' and '.join(chosen.kinds)}", fix="use mlp"
        )
    full = arguments_for(name, dict(arguments))
    more = {}
    if chosen.takes == "tokens":
        full["hidden"], more = layers_of(full["hidden"], beside), {"beside": beside}
    module, record = chosen.build(_inputs(chosen, inputs, picture), outputs, dropout=settings.dropout, **full, **more)
    scheme = settings.initialization or scheme_for(full.get("activation", chosen.activation))
    initialize(module, scheme=scheme, gain=settings.initialization_gain, seed=settings.seed)
    if settings.initialization is None and isinstance(module, TextNet):
        initialize(module.hidden, scheme=scheme_for("relu"), gain=settings.initialization_gain, seed=settings.seed)
    if record is not None and "hidden" in full:
        full["hidden"] = record.sizes[1:-1]
    if not chosen.pictures:
        return Built(module, record, name, full)
    return Built(module, record, name, full, picture, multiplications(module, inputs))


def _inputs(chosen: Entry, inputs: int, picture: Picture | None) -> int | Picture:
    """What a net of the catalogue is built for: a width, or a picture."""
    if not chosen.pictures:
        return inputs
    if picture is None:
        got = f"{inputs:,} columns of a table" if inputs > 1 else "one column of a table"
        raise refuse(
            "data", expected=f"pictures for net {chosen.name}: a folder of them, or arrays (n, height, width)", got=got, fix="use net mlp"
        )
    return picture


def _module(net: Any, inputs: int, outputs: int, settings: Settings) -> nn.Module:
    if isinstance(net, nn.Module):
        return net
    if not callable(net):
        raise refuse("`net`", expected="a name, a module or a callable that builds one", got=type(net).__name__)
    import inspect

    takes = len(inspect.signature(net).parameters)
    with torch.random.fork_rng():  # a builder draws from torch's global generator; ours puts it back
        torch.manual_seed(derive(settings.seed, "initialization"))
        if takes == 1:
            raise refuse("`net`", expected="a callable of (inputs, outputs), or of nothing", got="one of a single argument")
        module = net(inputs, outputs) if takes else net()
    if not isinstance(module, nn.Module):
        raise refuse("`net`", expected="a callable that returns a torch module", got=type(module).__name__)
    return module


def device_of(settings: Settings) -> torch.device:
    """The device of the settings; "auto" is the GPU where there is one."""
    if settings.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(settings.device)
    except RuntimeError:
        raise refuse("`device`", expected='"auto" or a torch device as in "cpu", "cuda:0"', got=repr(settings.device)) from None
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(device.type, False):
        here = ", ".join(name for name, found in there.items() if found)
        raise refuse("`device`", expected=f"a device of this machine ({here})", got=repr(settings.device), fix='use device "auto"')
    return device


def dtype_of(settings: Settings) -> torch.dtype:
    """float64 where asked, else float32 (bfloat16 is autocast on float32 weights)."""
    return torch.float64 if settings.precision == "float64" else torch.float32


def check_fit(built: Built, inputs: Tensor, outputs: int, batch: int) -> None:
    """Try a net on two rows before it is trained.

    Args:
        built: the net.
        inputs: (2, d) rows of train; fewer where there are no more.
        outputs: the width that the task asks for.
        batch: rows in a mini-batch.

    Raises:
        UnusableInput: the net does not take such rows, gives another width, or has batch norm and batches of one row.
    """
    if batch < 2 and any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in built.module.modules()):
        raise refuse("`batch_size`", expected="at least 2 with batch norm", got=batch, fix="one row has no variance")
    try:
        outcome = _outputs_with_gradient(built.module, inputs)
        shape, hangs_on_parameters = tuple(outcome.shape), outcome.requires_grad
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        got = f"{type(error).__name__}: {str(error)[:200]}"
        raise refuse(f"`net` ({built.shape})", expected=f"a module that takes inputs of shape (n, {inputs.shape[1]})", got=got) from None
    if not hangs_on_parameters:
        raise refuse(
            f"`net` ({built.shape})", expected="outputs with a gradient", got="none", fix="look for detach() or no_grad() in forward"
        )
    if shape != (len(inputs), outputs):
        wanted = f"raw outputs of shape (n, {outputs})"
        got = f"{('n', *shape[1:])}".replace("'", "")
        raise refuse(
            f"`net` ({built.shape})",
            expected=wanted,
            got=got,
            fix="one logit for two classes, C for C classes, one number for a regression",
        )


def _outputs_with_gradient(module: nn.Module, inputs: Tensor) -> Tensor:
    """Raw outputs in evaluation mode, so that nothing is drawn or counted; the mode is put back."""
    before = module.training
    try:
        outputs: Tensor = module.eval()(inputs)
        return outputs
    finally:
        module.train(before)
