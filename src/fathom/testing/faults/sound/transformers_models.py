"""Sound: small random configurations from the package `transformers`, where it is installed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from fathom.testing.faults.parts import each_token
from fathom.testing.faults.real_data import digit_images, next_characters, text_sources, vocabulary
from fathom.testing.faults.set_up import Built, Family, SetUp

SMALL = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
ENDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
IMAGE = {"image_size": 8, "num_channels": 1}

MODELS: Mapping[str, tuple[Family, str, dict[str, Any]]] = {
    "BertForSequenceClassification": ("attention", "sources", {**SMALL, "max_position_embeddings": 32, "num_labels": 4}),
    "RobertaForSequenceClassification": (
        "attention",
        "sources",
        {**SMALL, "max_position_embeddings": 34, "num_labels": 4, "pad_token_id": 0},
    ),
    "ElectraForSequenceClassification": (
        "attention",
        "sources",
        {**SMALL, "embedding_size": 16, "max_position_embeddings": 32, "num_labels": 4},
    ),
    "AlbertForSequenceClassification": (
        "attention",
        "sources",
        {**SMALL, "embedding_size": 8, "max_position_embeddings": 32, "num_labels": 4},
    ),
    "DistilBertForSequenceClassification": (
        "attention",
        "sources",
        {"vocab_size": 40, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32, "max_position_embeddings": 32, "num_labels": 4},
    ),
    "GPT2LMHeadModel": ("attention", "next", {"vocab_size": 40, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32, **ENDS}),
    "OPTForCausalLM": (
        "attention",
        "next",
        {**SMALL, "ffn_dim": 32, "word_embed_proj_dim": 16, "max_position_embeddings": 32, **ENDS},
    ),
    "GPTNeoXForCausalLM": ("attention", "next", {**SMALL, "max_position_embeddings": 32, **ENDS}),
    "LlamaForCausalLM": ("attention", "next", {**SMALL, "num_key_value_heads": 1, "max_position_embeddings": 32, **ENDS}),
    "MistralForCausalLM": (
        "attention",
        "next",
        {**SMALL, "num_key_value_heads": 1, "max_position_embeddings": 32, "sliding_window": 8, **ENDS},
    ),
    "ViTForImageClassification": ("attention", "images", {**SMALL, **IMAGE, "patch_size": 2, "num_labels": 10}),
    "ConvNextForImageClassification": (
        "convolution",
        "images",
        {**IMAGE, "patch_size": 2, "hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2, "num_labels": 10},
    ),
    "ResNetForImageClassification": (
        "normalization",
        "images",
        {"num_channels": 1, "embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic", "num_labels": 10},
    ),
}


def transformers_models() -> list[SetUp]:
    """One set-up for each model; none where `transformers` is not installed."""
    if find_spec("transformers") is None:
        return []
    return [
        SetUp(name=f"{family}: transformers {name}", family=family, kind="foreign", maker=_maker(name, data, config), foreign=True)
        for name, (family, data, config) in MODELS.items()
    ]


def _maker(name: str, data: str, config: Mapping[str, Any]) -> Callable[[], Built]:
    return lambda: _build(name, data, config)


def _build(name: str, data: str, config: Mapping[str, Any]) -> Built:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a package of others says while it is loaded
        package = import_module("transformers")
        model_class = getattr(package, name)
        net: nn.Module = model_class(
            model_class.config_class(**config, use_cache=False) if data == "next" else model_class.config_class(**config)
        )
    net.train()
    return Built(net, *_batch(data), forward=lambda net, batch: net(**batch).logits)


def _batch(data: str) -> tuple[Callable[[Tensor, Tensor], Tensor], dict[str, Tensor], Tensor]:
    assert vocabulary() <= SMALL["vocab_size"]
    if data == "images":
        x, y = digit_images(32)
        return nn.CrossEntropyLoss(), {"pixel_values": x}, y
    x, y = text_sources(32, 16) if data == "sources" else next_characters(24, 12)
    loss = nn.CrossEntropyLoss() if data == "sources" else each_token
    return loss, {"input_ids": x, "attention_mask": torch.ones_like(x)}, y
