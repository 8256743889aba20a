"""Public architectures: mult-adds as FlopCounterMode counts them while they run, parameters as torch has them."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

import macflops
from tests.architectures import ALL, Architecture

# What PyTorch's counter does not count; by hand, from the definition of these layers.
FIRST, SECOND = 2 * 5 * 2 * 64 * (12 + 16), 2 * 5 * 2 * 64 * (32 + 16)  # 2 x 5 steps, two directions
GRU, RNN, CELL = 2 * 5 * 24 * (32 + 8), 2 * 5 * 8 * (8 + 8), 2 * 24 * (8 + 6)


def witness(case: Architecture) -> tuple[int, int]:
    """Return the mult-adds that PyTorch counts while the network runs with the math kernel, and its parameters."""
    network, inputs = case.without_weights(), case.inputs()
    args = [tensor for name, tensor in inputs.items() if name is None]
    kwargs = {name: tensor for name, tensor in inputs.items() if name is not None}
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            network(*args, **kwargs)
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    return counter.get_total_flops() // 2, sum(weights.numel() for weights in network.parameters())


@pytest.mark.parametrize("name", sorted(ALL))
def test_counts_are_what_pytorch_counts_while_it_runs(name: str) -> None:
    case = ALL[name]
    report = macflops.count(case.without_weights(), input_shape=dict(case.shapes))
    assert report.unsupported == ()
    assert (report.totals.mult_adds, report.totals.params) == witness(case)


def test_there_are_as_many_as_were_promised() -> None:
    assert len(ALL) >= 60


def test_recurrent_layers_count_both_products_of_each_step() -> None:
    case = ALL["recurrent"]
    layers = {layer.name: layer for layer in macflops.count(case.build(), input_shape=dict(case.shapes)).layers}
    found = {name: layers[name].mult_adds for name in ("lstm.l0", "lstm.l1", "gru", "rnn", "cell")}
    assert found == {"lstm.l0": FIRST, "lstm.l1": SECOND, "gru": GRU, "rnn": RNN, "cell": CELL}


def test_a_hundred_billion_parameters_need_no_memory() -> None:
    with torch.device("meta"):
        network = nn.Sequential(*(nn.Linear(100_000, 100_000, bias=False) for _ in range(10)))
    totals = macflops.count(network, input_shape=(1, 100_000)).totals
    assert totals.params == totals.mult_adds == 10**11
