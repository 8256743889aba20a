"""The judge: recounts a changed network in full and says why not. Without a reason to refuse the advice is given."""

from __future__ import annotations

from collections.abc import Iterator

from macflops.advice.match import matched, width_of
from macflops.advice.subject import Aims
from macflops.arithmetic import size
from macflops.costs import Costs
from macflops.machine import channels
from macflops.network import Network
from macflops.wording import percent

LEAST_SAVED = 0.03  # of the work: what saved less was in the study as often slower as faster
WAITS_FROM = 25  # mult-adds per element moved: what waits for arithmetic rather than for memory
FEW_GRAINS = 2  # a convolution of fewer outputs in each group keeps a vector unit waiting
MOST_MORE_NARROW = 0.02  # points by which the share of mult-adds in such convolutions may grow


def reasons(before: Costs, after: Costs, aims: Aims, *, exact: bool = False, may_move_more: bool = False) -> list[str]:
    """Return why a change is not given, the weightiest first: nothing where it is.

    `exact` says that it computes the same function, so that nothing but its counts can be held against it;
    `may_move_more` that it may move more memory: rounding widths up does, and gains nonetheless. Budgets are held
    against the aims, which come from the original network; all else against the network before.
    """
    found = [] if may_move_more else list(memory_reasons(before, after))
    if exact:
        if after.mult_adds > before.mult_adds:
            found.append(f"mult-adds would change by {change(before.mult_adds, after.mult_adds)}")
        return found
    return [*work_reasons(before, after), *found, *budget_reasons(after, aims), *width_reasons(before, after)]


def work_reasons(before: Costs, after: Costs) -> Iterator[str]:
    """Yield what speaks against a change that saves too little of the work."""
    saved = share_saved(before.work, after.work)
    if saved >= LEAST_SAVED:
        return
    moved = before.under("runtime").mac
    per_element = before.mult_adds / moved if moved else 0.0
    memory = 1 - after.mac / before.mac
    work = f"saves {percent(saved, 1)} of the work" if saved > 0 else f"adds {percent(-saved, 1)} to the work"
    if memory > max(saved, 0.0):
        waits = f": at {per_element:.0f} mult-adds per element moved this network waits for arithmetic, not for memory"
        but = work.removeprefix("saves ")
        yield f"saves {percent(memory, 1)} memory access but {but}{waits if per_element > WAITS_FROM else ''}"
    else:
        yield f"{work}, and less than {percent(LEAST_SAVED)} is as often slower as faster"


def share_saved(before: float, after: float) -> float:
    """Return the share of the work that a change saves."""
    return 1 - after / before if before else 0.0


def memory_reasons(before: Costs, after: Costs) -> Iterator[str]:
    """Yield what speaks against a change that moves more memory, unfused or as the audit counts it."""
    for fusion in dict.fromkeys(("none", before.fusion)):
        old, new = before.under(fusion).mac, after.under(fusion).mac
        if new > old:
            yield f"memory access would change by {change(old, new)}"
            return


def budget_reasons(after: Costs, aims: Aims) -> Iterator[str]:
    """Yield the budgets that a change exceeds."""
    for name, wanted, within in (
        ("mult_adds", aims.mult_adds, aims.mult_adds_within),
        ("params", aims.params, aims.params_within),
    ):
        counted = getattr(after, name)
        if abs(counted - wanted) > within * wanted:
            name = name.replace("_", "-")
            yield f"{name} would change by {change(wanted, counted)}, and ± {percent(within)} is allowed"


def width_reasons(before: Costs, after: Costs) -> Iterator[str]:
    """Yield what speaks against the widths that a change chooses."""
    grain = before.machine.grain
    old, new = before.network, after.network
    for index, position in matched(old, new):
        if position is None or new.layers[position].operator.role not in ("convolution", "linear"):
            continue
        layer = new.layers[position]
        widths, was = width_of(new, layer), width_of(old, old.layers[index])
        read, _, groups = channels(new, layer)
        depthwise = read == 1 and groups > 1
        if widths[1] != was[1] and widths[1] % grain and not depthwise:
            yield f"{layer.name} would have {widths[1]} channels, no multiple of {grain}"
            break
        if widths != was and groups > 1 and not depthwise:
            yield f"{layer.name} has groups: {groups}; fix G2 first"
            break
    if off_grain(new, grain) > off_grain(old, grain):
        yield f"more elements would be in tensors whose width is no multiple of {grain}"
    more = narrow(after, FEW_GRAINS * grain) - narrow(before, FEW_GRAINS * grain)
    if more > MOST_MORE_NARROW:
        yield f"{percent(more, 1)} more of the mult-adds would be in convolutions of under {FEW_GRAINS * grain} outputs"


def too_far(before: Costs, after: Costs, within: int | None) -> list[str]:
    """Return the first width that moves out of [1 ÷ within, within] of its own; nothing where no bounds are set."""
    if within is None:
        return []
    for index, position in matched(before.network, after.network):
        layer = before.network.layers[index]
        if position is not None and layer.operator.role in ("convolution", "linear"):
            old = width_of(before.network, layer)[1]
            new = width_of(after.network, after.network.layers[position])[1]
            if not old <= within * new <= within * within * old:
                return [f"{layer.name} would have {new} channels instead of {old}"]
    return []


def off_grain(network: Network, grain: int) -> int:
    """Return how many elements are in tensors whose channels are no multiple of the grain."""
    found = 0
    for layer in network.layers:
        for tensor in layer.outputs:
            shape = network.tensors[tensor].shape
            if len(shape) > 1 and shape[1 if len(shape) > 2 else -1] % grain:
                found += size(shape)
    return found


def narrow(costs: Costs, outputs: int) -> float:
    """Return the share of mult-adds in convolutions, not depthwise, of under so many outputs in each group."""
    found = 0
    for layer, cost in zip(costs.network.layers, costs.own, strict=True):
        if layer.operator.role == "convolution":
            read, written, groups = channels(costs.network, layer)
            if written < outputs and not (read == 1 and groups > 1):
                found += cost.mult_adds
    return found / costs.mult_adds if costs.mult_adds else 0.0


def change(old: float, new: float) -> str:
    """Return a relative change with its sign: +1.7 %."""
    return f"{100 * (new / old - 1):+.1f} %" if old else "+∞"
