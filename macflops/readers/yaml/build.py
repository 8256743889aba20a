"""Entries in order: conditions, calls, repeats and branches are carried out, names found and given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from macflops.arithmetic import one_number
from macflops.calculation import truth
from macflops.errors import ExpressionError
from macflops.network import Builder
from macflops.readers.yaml.blocks import Block
from macflops.readers.yaml.entries import Entry
from macflops.readers.yaml.fields import FieldError, dimension, spec
from macflops.readers.yaml.limits import over
from macflops.readers.yaml.nodes import Mapping as MappingNode
from macflops.readers.yaml.nodes import Node, Scalar
from macflops.readers.yaml.registry import Result, Rows
from macflops.readers.yaml.rows import RowWriter
from macflops.readers.yaml.scope import Scope
from macflops.readers.yaml.source import Source
from macflops.spelling import did_you_mean

History = list[Result]  # what the entries of a list gave, for -1, -2 …; the input first


class Build(RowWriter):
    """Builds one network. A scope holds what names mean, a history what came before in a list of entries."""

    def __init__(self, source: Source, builder: Builder, blocks: Mapping[str, Block], values: dict[str, Any]) -> None:
        super().__init__(source, builder)
        self.blocks, self.values = blocks, values
        self.met = 0  # entries so far

    def run(self, entries: list[Entry], scope: Scope, history: History) -> None:
        """Carry out entries one after the other; their results go on the history."""
        registry, names = self.registry, scope.names
        for entry in entries:
            self.meet(entry, scope)
            full = registry.name(entry, scope)
            inputs: tuple[int, ...] | None = None
            if entry.when is not None:
                if self.mentions_input(entry.when, scope):
                    inputs = self.inputs(entry, scope, history)
                    self.enter(inputs[0], names)
                if not self.holds(entry.when, scope):
                    registry.reserve(entry, scope)
                    continue
            if inputs is None:
                inputs = self.inputs(entry, scope, history)
                self.enter(inputs[0], names)
            first = len(self.builder.layers)
            kind = entry.kind
            if kind == "operator":
                result: Result = self.layer(entry, full, inputs, scope)
            elif kind == "repeat":
                result = self.repeat(entry, full, inputs, scope, history)
            else:
                result = getattr(self, kind)(entry, full, inputs, scope)
            registry.found[full] = Rows(result, first, len(self.builder.layers), entry.node.line)
            if kind != "repeat":
                history.append(result)
            if entry.share is not None:
                from macflops.readers.yaml import share

                share.carry_out(entry.share, self, scope, first)

    def meet(self, entry: Entry, scope: Scope) -> None:
        """Count an entry, or a repetition of nothing. Raises SourceError where too many of them add no layer."""
        self.met += 1
        limit = self.source.limits.entries
        if self.met - len(self.builder.layers) > limit:
            raise scope.error(entry.node, f"more than {limit:,} entries that add no layer", over("entries", limit))

    def mentions_input(self, node: Node, scope: Scope) -> bool:
        """Tell whether a condition depends on the channels that come in."""
        return type(node) is Scalar and "c_in" in getattr(scope.read(node), "names", ())

    def enter(self, tensor: int, names: dict[str, Any]) -> None:
        """Let c_in mean the channels of a tensor."""
        shape = self.builder.tensors[tensor].shape
        if len(shape) > 1:
            names["c_in"] = shape[1]
        else:
            names.pop("c_in", None)

    def holds(self, node: Node, scope: Scope) -> bool:
        """Tell whether a condition holds."""
        value = scope.value(node)
        try:
            return truth(value, 0)
        except ExpressionError as error:
            raise scope.error(node, error.what, error.hint) from None

    def inputs(self, entry: Entry, scope: Scope, history: History) -> tuple[int, ...]:
        """Return the tensors that an entry receives."""
        if entry.reads is None:
            if not history:
                raise scope.error(entry.node, "several inputs come in here", "say which: from: " + self.several(scope))
            last = history[-1]
            if type(last) is int:
                return (last,)
            raise scope.error(entry.node, f"the entry before has {len(last)} parts", "say which: from: split.0")  # type: ignore[arg-type]
        found: list[int] = []
        for what, node in entry.reads:
            if type(what) is int:
                if -what > len(history):
                    raise scope.error(
                        node, f"no entry {-what} back", f"{len(history)} came before this one, the input too"
                    )
                result = history[what]
            else:
                result = self.registry.find(str(what), node, scope).result
            if type(result) is not int:
                parts = f"{what}.0" if type(what) is str else "NAME.0"
                raise scope.error(node, f"{what} has {len(result)} parts", f"say which: from: {parts}")  # type: ignore[arg-type]
            found.append(result)
        return tuple(found)

    def several(self, scope: Scope) -> str:
        """Return an example of naming one of several inputs."""
        return "input.0" if scope.calls else self.builder.inputs[0].name

    def se(self, entry: Entry, full: str, inputs: tuple[int, ...], scope: Scope) -> Result:
        """Add the rows of a squeeze-and-excitation."""
        from macflops.readers.yaml import excitation

        return excitation.write_out(entry, full, inputs, scope, self)

    def deeper(self, entry: Entry, scope: Scope) -> int:
        """Return the next level of nesting. Raises SourceError over the limit."""
        depth, limit = scope.depth + 1, self.source.limits.nesting
        if depth > limit:
            if entry.kind == "block" and sum(call == (entry.node.line, entry.node.column) for call in scope.calls) > 1:
                what = f"{entry.word} calls itself without end"
                raise self.source.error(
                    entry.node, what, f"give the call a `when` that ends it; {over('nesting', limit)}"
                )
            raise scope.error(
                entry.node, f"more than {limit} blocks, branches and repeats within each other", over("nesting", limit)
            )
        return depth

    def block(self, entry: Entry, full: str, inputs: tuple[int, ...], scope: Scope) -> Result:
        """Carry out a block call: its own scope, with its arguments and its inputs."""
        block = self.blocks[entry.word]
        names = self.arguments(entry, block, scope, inputs)
        calls = (*scope.calls, (entry.node.line, entry.node.column))
        inner = Scope(self.source, names, f"{full}.", calls, self.deeper(entry, scope), inputs=inputs)
        history: History = [inputs[0]] if len(inputs) == 1 else []
        self.run(block.layers, inner, history)
        if not history:
            raise scope.error(
                entry.node, f"nothing is left of {entry.word}, which has several inputs", "give it a layer"
            )
        return history[-1]

    def arguments(self, entry: Entry, block: Block, scope: Scope, inputs: tuple[int, ...]) -> dict[str, Any]:
        """Return what names mean within a block: params, its arguments, and c_in, of its first input at first."""
        names = dict(self.values)
        if "c_in" in scope.names:
            names["c_in"] = scope.names["c_in"]
        given: dict[str, Node] = {}
        if type(entry.body) is MappingNode:
            given = {key.text: node for key, node in entry.body.pairs}
        inner: Scope | None = None
        for parameter in block.parameters:
            if (node := given.pop(parameter.name, None)) is not None:
                names[parameter.name] = scope.text(node, True)
            elif parameter.default is not None:
                if inner is None:
                    calls = (*scope.calls, (entry.node.line, entry.node.column))
                    inner = Scope(self.source, names, "", calls)
                names[parameter.name] = inner.text(parameter.default, True)
            else:
                what = f"{entry.word} needs {parameter.name}"
                raise scope.error(entry.word_node, what, f"write {entry.word}: {{{parameter.name}: …}}")
        if given:
            known = [parameter.name for parameter in block.parameters]
            key = next(key for key, _ in entry.body.pairs if key.text in given)  # type: ignore[union-attr]
            hint = did_you_mean(key.text, known, f"{entry.word} takes") if known else f"{entry.word} takes none"
            raise scope.error(key, f"{key.text} is no argument of {entry.word}", hint)
        return names

    def repeat(self, entry: Entry, full: str, inputs: tuple[int, ...], scope: Scope, history: History) -> Result:
        """Carry out a repeat in the list around it; if it has a name, each repetition has a scope of its own."""
        limits, node = self.source.limits, entry.times
        value = one_number(scope.value(node))
        try:
            times = dimension("times", value, limits.magnitude)
        except FieldError as error:
            raise self.refused(error, value, node, scope) from None
        if type(times) is not int:
            raise scope.error(node, f"times is {times}, which is no number yet", f"give --set {times}=…")
        if times < 0:
            raise scope.error(node, f"times is {times}", "it has to be at least 0")
        if times > limits.repeats:
            raise scope.error(node, f"{times:,} repetitions", over("repeats", limits.repeats))
        depth = self.deeper(entry, scope)
        if entry.reads is not None:
            history.append(inputs[0] if len(inputs) == 1 else inputs)
        names = dict(scope.names) if entry.variable else scope.names
        for number in range(times):
            if not entry.layers:
                self.meet(entry, scope)
            if entry.variable:
                names[entry.variable] = number
            if entry.name is None:
                inner = Scope(self.source, names, scope.prefix, scope.calls, depth, scope.counts, scope.inputs)
            else:
                inner = Scope(self.source, names, f"{full}.{number}.", scope.calls, depth, None, scope.inputs)
            self.run(entry.layers, inner, history)
        return history[-1] if history else inputs[0]

    def branches(self, entry: Entry, full: str, inputs: tuple[int, ...], scope: Scope) -> Result:
        """Carry out branches: the paths one after the other, then their join."""
        paths = entry.paths
        depth = self.deeper(entry, scope)
        inner = Scope(self.source, scope.names, scope.prefix, scope.calls, depth, scope.counts, scope.inputs)
        starts: list[int] = [inputs[0]] * len(paths)
        if len(inputs) > 1:
            raise scope.error(entry.reads_node, "branches from several layers", "join them first, with concat or add")
        if entry.split is not None:
            starts = self.parts(entry, full, inputs, scope)
        ends: list[int] = []
        for path, start in zip(paths, starts, strict=True):
            history: History = [start]
            self.run(path, inner, history)
            end = history[-1]
            if type(end) is not int:
                raise scope.error(path[-1].node, "a path that ends in several parts", "end it with one of them")
            ends.append(end)
        assert entry.join is not None
        if len(ends) == 1 and entry.join != "concat":
            raise scope.error(entry.word_node, f"one path to {entry.join}", "write a second one: [] is the identity")
        join = self.operator(spec(entry.join), {}, 0, entry, scope)
        return self.add(full, join, tuple(ends), entry, entry.node, scope)

    def parts(self, entry: Entry, full: str, inputs: tuple[int, ...], scope: Scope) -> list[int]:
        """Split the input's channels, one part to each path."""
        node = entry.split
        assert node is not None
        value = scope.value(node)
        most = self.source.limits.magnitude
        try:
            if isinstance(value, list):
                sizes: Any = tuple(dimension("split", item, most) for item in value)
                count = len(sizes)
            else:
                sizes, count = None, dimension("split", value, most)
        except FieldError as error:
            raise self.refused(error, value, node, scope) from None
        if count != len(entry.paths):
            raise scope.error(
                node, f"a split into {count} parts for {len(entry.paths)} paths", "give each path its part"
            )
        values = {"parts": count} if sizes is None else {"sizes": sizes}
        split = self.operator(spec("split"), values, 0, entry, scope)
        result = self.add(f"{full}.split", split, inputs, entry, node, scope)
        return [result] if type(result) is int else list(result)  # type: ignore[arg-type]
