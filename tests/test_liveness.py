"""The peak against a simulation that holds the tensors alive in a set, and by hand."""

from __future__ import annotations

from hypothesis import given

from macflops.costs import count
from macflops.fusion import Fusion, merge
from macflops.liveness import peak_elements, storages
from macflops.network import Network
from tests.networks import Writer, networks


def simulated_peak(network: Network) -> int:
    """Execute layer by layer, with a rescan of what is still needed at each: slow and obvious."""
    storage = storages(network)
    sizes = {}
    for tensor in range(len(network.tensors)):
        sizes[tensor] = 1
        for dimension in network.tensors[tensor].shape:
            sizes[tensor] *= dimension
    alive = {storage[i.tensor] for i in network.inputs}
    peak = sum(sizes[t] for t in alive)
    for index, layer in enumerate(network.layers):
        alive |= {storage[t] for t in layer.outputs}
        peak = max(peak, sum(sizes[t] for t in alive))
        later = [t for other in network.layers[index + 1 :] for t in other.inputs]
        alive &= {storage[t] for t in (*later, *network.outputs)}
    return peak


@given(networks())
def test_the_peak_equals_a_simulation(network: Network) -> None:
    assert peak_elements(network, merge(network, "none")) == simulated_peak(network)


@given(networks())
def test_merging_never_raises_the_peak_of_a_network_in_order(network: Network) -> None:
    peaks = [peak_elements(network, merge(network, mode)) for mode in modes()]
    assert peaks[0] >= peaks[1] >= peaks[2]


def modes() -> tuple[Fusion, ...]:
    return ("none", "bn", "runtime")


def test_a_residual_block_holds_three_tensors_at_its_addition() -> None:
    w = Writer()
    x = w.conv(w.input(1, 4, 8, 8), 4)
    y = w.add("relu", x)
    network = w.network(w.add("add", x, y))
    assert count(network).totals.peak_activation_bytes == 4 * 3 * 4 * 8 * 8


def test_views_share_the_storage_of_what_they_show() -> None:
    w = Writer()
    x = w.conv(w.input(1, 2, 8, 8), 8)
    left, right = w.add_many("split", x, parts=2)
    network = w.network(w.add("add", w.add("flatten", left), w.add("flatten", right)))
    # at the addition: the 512 elements that both halves show, and its output of 256
    assert count(network).totals.peak_activation_bytes == 4 * (512 + 256)
