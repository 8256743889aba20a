"""Native YAML: any network as readable text, repeated structure folded into blocks and repeats where that is exact.

Reading it back gives the same layers in the same order, and their names where the format allows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from macflops.arithmetic import is_symbolic
from macflops.errors import Location, SourceError
from macflops.network import Network
from macflops.writers.yaml import text
from macflops.writers.yaml.blocks import Blocks, is_numbered, named
from macflops.writers.yaml.branches import with_branches
from macflops.writers.yaml.entries import Entry, Scope
from macflops.writers.yaml.scopes import placed, word
from macflops.writers.yaml.units import Units
from macflops.writers.yaml.wiring import reference


def written(network: Network) -> bytes:
    """Return a network as native YAML in UTF-8. Raises SourceError where the format cannot say it."""
    units = Units(network)
    entries = units.entries()
    names: dict[str, int] = {}
    for given in network.inputs:
        if not network.tensors[given.tensor].shape:
            hint = "give it one of size 1"
            raise SourceError(
                Location(network.source), f"input {given.name} has no dimensions, native YAML inputs do", hint
            )
        name = word(given.name.replace(".", "_")) or "input"
        while name in names:
            name += "_"
        names[name] = given.tensor
    root = placed(entries, names)
    for name, tensor in names.items():
        home = Entry("input", name, (), (tensor,))
        home.scope = root
        units.homes[tensor] = home, ""
    survey(root, units.read)
    root.externals = tuple(names.values())
    blocks = Blocks(units.homes, set(symbols(network)))
    blocks.make(root)

    shapes = {name: network.tensors[tensor].shape for name, tensor in names.items()}
    found = ["macflops: 1", f"name: {text.quoted(network.name)}", text.inputs(shapes)]
    if blocks.made:
        found.append("blocks:")
    for block in blocks.made:
        found += [f"  {block.head}:", *text.lines(block.body.folded, block.body, "    ")]
    found += ["layers:", *text.lines(root.folded, root, "  ")]
    if not root.listed or network.outputs != root.listed[-1].outputs:
        outputs = (text.quoted(reference(tensor, root, units.homes, {})) for tensor in network.outputs)
        found.append(f"outputs: [{', '.join(outputs)}]")
    return ("\n".join(found) + "\n").encode()


def survey(scope: Scope, read: list[int]) -> None:
    """Find what each scope reads from outside and gives, the innermost first, and the branches in it."""
    if scope.parent is None or not is_numbered(scope):
        for child in scope.children():
            if child.numbered:
                child.call.name = child.name = named(child)
    produced: set[int] = set()
    externals: dict[int, None] = {}
    for entry in scope.entries:
        if entry.body is not None:
            survey(entry.body, read)
            entry.inputs, entry.outputs = entry.body.externals, entry.body.entries[-1].outputs
            produced.update(entry.body.produced)
        externals.update(dict.fromkeys(tensor for tensor in entry.inputs if tensor not in produced))
        produced.update(entry.outputs)
    scope.externals, scope.produced = tuple(externals), produced
    scope.listed = with_branches(scope.entries, read)


def symbols(network: Network) -> Iterator[str]:
    """Yield the names of the symbols in the inputs' shapes."""
    for given in network.inputs:
        for dimension in network.tensors[given.tensor].shape:
            if is_symbolic(dimension):
                yield from map(str, dimension.free_symbols)  # type: ignore[attr-defined]
