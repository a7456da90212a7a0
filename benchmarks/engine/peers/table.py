"""All peers, in the order of the tables."""

from __future__ import annotations

from benchmarks.engine.peers.peer import Peer

_HERE = "benchmarks.engine.peers"

SCIKIT_LEARN = Peer(name="scikit-learn", module=f"{_HERE}.scikit_learn_mlp", group="peer", needs=("scikit-learn",), convolutional=False)
KERAS = Peer(
    name="Keras on JAX",
    module=f"{_HERE}.keras_jax",
    group="peer",
    needs=("keras", "jax"),
    options=("1", "25", "100"),
    threads_are_fixed=True,
)
SKORCH = Peer(name="skorch", module=f"{_HERE}.skorch_classifier", group="peer", needs=("skorch",))
LIGHTNING = Peer(name="Lightning", module=f"{_HERE}.lightning_trainer", group="peer", needs=("lightning",))
PLAIN = Peer(name="plain loop", module=f"{_HERE}.torch_loop", group="plain")
FUSED = Peer(name="plain loop, fused Adam", module=f"{_HERE}.torch_loop_fused", group="plain")
DENSE = Peer(name="fathom, dense", module=f"{_HERE}.fathom_dense", group="fathom", each=True, together=True, convolutional=False)
STACKED = Peer(name="fathom, stacked", module=f"{_HERE}.fathom_stacked", group="fathom", each=True, together=True, least=2)
LOOP = Peer(name="fathom, loop", module=f"{_HERE}.fathom_loop", group="fathom")
FLOOR = Peer(name="floor of the machine", module=f"{_HERE}.floor", group="floor")

FIT = Peer(name="fathom.fit", module=f"{_HERE}.whole_fit", group="fathom", convolutional=False)
FIT_LOOP = Peer(name="plain loop, same rows", module=f"{_HERE}.whole_fit_loop", group="plain", convolutional=False)

PEERS = (SCIKIT_LEARN, KERAS, SKORCH, LIGHTNING, PLAIN, FUSED, DENSE, STACKED, LOOP)
WHOLE = (FIT, FIT_LOOP)
BY_NAME = {peer.name: peer for peer in (*PEERS, FLOOR, *WHOLE)}
