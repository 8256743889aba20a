"""Which kinds of operators the memory access goes to."""

from __future__ import annotations

from macflops.costs import Costs, Row

# How many kinds are told apart; what is left is the rest.
MOST = 6


def kind_of(costs: Costs, row: Row) -> str:
    """Return the kind of a layer, as a reader of the papers would name it."""
    operator = row.layer.operator
    if operator.role == "convolution":
        groups = operator.groups
        channels = costs.network.tensors[row.layer.inputs[0]].shape[1]
        return "convolution" if groups == 1 else "depthwise" if groups == channels else "grouped conv"
    named = {"arithmetic": str(operator.name), "pool": "pooling"}
    return named.get(operator.role, str(operator.role))


def shares_by_kind(costs: Costs) -> list[tuple[str, float]]:
    """Return kinds with their share of the memory access, the largest first and the rest last.

    Copies are one kind, called by the two operators that move most: shuffle, concat.
    """
    sums: dict[str, int] = {}
    copies: dict[str, int] = {}
    for row in costs.rows:
        if row.mac:
            kind = kind_of(costs, row)
            sums[kind] = sums.get(kind, 0) + row.mac
            if kind == "copy":
                copies[row.layer.operator.name] = copies.get(row.layer.operator.name, 0) + row.mac
    if copies:
        sums[", ".join(sorted(copies, key=lambda name: -copies[name])[:2])] = sums.pop("copy")
    ordered = sorted(sums.items(), key=lambda item: -item[1])
    shown = ordered if len(ordered) <= MOST + 1 else ordered[:MOST]
    shares = [(kind, mac / costs.mac) for kind, mac in shown]
    rest = costs.mac - sum(mac for _, mac in shown)
    return [*shares, ("rest", rest / costs.mac)] if rest else shares
