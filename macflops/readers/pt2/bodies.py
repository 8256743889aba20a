"""Graphs within an archive's graph: bodies of control flow, whose inputs are their own or what lies around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from macflops.readers.torch.calls import Body, Call, Made, Ref, Scope
from macflops.readers.torch.names import keys
from macflops.readers.torch.trips import AS_THEY_ARE

if TYPE_CHECKING:
    from macflops.readers.pt2.graph import Reader

BODIES = {"cond": 0, "while_loop": 1, "scan": 2, "map_impl": 1}  # whose first lists of operands are their graphs' own


def control(
    reader: Reader,
    graph: Mapping[str, Any],
    node: Mapping[str, Any],
    op: str,
    names: dict[str, Any],
    prefix: str,
    depth: int,
    made: tuple[Made | None, ...],
) -> None:
    """Note an operator that is given graphs: which of their inputs are its own, and what the others are outside."""
    given = [one["arg"] for one in node["inputs"]]
    inner = [one["as_graph"]["graph"] for one in given if "as_graph" in one]
    others = [operands(reader, graph, one, names, prefix) for one in given if "as_graph" not in one]
    own = sum(map(len, others[: BODIES[op]]))
    first = others.pop(0) if op == "cond" else ()
    bound = [ref.key if isinstance(ref, Ref) else None for part in others for ref in part]
    graphs = tuple(body(reader, part, [None] * own + bound[own:], prefix, depth) for part in inner)
    rest = tuple(tuple(part) for part in others[: BODIES[op]])
    kwargs = {}
    if op == "while_loop":
        kwargs["numbers"] = tuple(known(reader, ref) for ref in rest[0])
    metadata = node.get("metadata") or {}
    place = reader.place(metadata)
    args = (*first, *graphs, *rest)
    reader.run.calls.append(Call(f"higher_order.{op}", "", args, kwargs, made, reader.scope(metadata), place))


def operands(
    reader: Reader, graph: Mapping[str, Any], given: Mapping[str, Any], names: dict[str, Any], prefix: str
) -> tuple[Any, ...]:
    """Return one argument, or those of a list, as several."""
    found = reader.argument(graph, given, names, prefix)
    return found if isinstance(found, tuple) and not isinstance(found, Ref) else (found,)


def body(reader: Reader, inner: Mapping[str, Any], bound: Sequence[Any], prefix: str, depth: int) -> Body:
    """Return a graph within the graph; `bound` are its inputs' keys outside, None for those that are its own."""
    reader.bodies += 1
    deeper = f"{prefix}body_{reader.bodies}/"
    outside, own = {}, []
    for place, key in zip(inner["inputs"], bound, strict=True):
        name = place["as_tensor"]["name"] if "as_tensor" in place else None
        if key is None:
            own.append(deeper + str(name))
        elif name is not None:
            outside[name] = key
    calls, reader.run.calls = reader.run.calls, []
    try:
        reader.nodes(inner, outside, deeper, depth + 1)
    finally:
        found, reader.run.calls = reader.run.calls, calls
    ends = [one["as_tensor"]["name"] if "as_tensor" in one else None for one in inner["outputs"]]
    outputs = tuple(None if end is None else outside.get(end, deeper + end) for end in ends)
    return Body(tuple(own), tuple(found), outputs)


def owner(reader: Reader, args: Sequence[Any]) -> Scope | None:
    """Return the module whose parameters a call reads."""
    for key in keys(tuple(args)):
        held = reader.run.held.get(key)
        if held is not None and held.learnable:
            return Scope(held.name.rpartition(".")[0])
    return None


def known(reader: Reader, given: Any) -> Any:
    """Return the number that a loop's counter starts at, where a call made it of one."""
    if not isinstance(given, Ref):
        return given
    if given.key in reader.run.held:
        return reader.numbers.get(reader.run.held[given.key].name)
    calls = reversed(reader.run.calls)
    call = next((c for c in calls if any(m is not None and m.key == given.key for m in c.made)), None)
    if call is None or not call.args:
        return None
    if call.op in AS_THEY_ARE:
        return known(reader, call.args[0])
    if call.op in ("aten.zeros", "aten.ones"):
        return 0 if call.op == "aten.zeros" else 1
    return call.args[-1] if call.op in ("aten.full", "aten.scalar_tensor") else None
