"""What names mean at one place: values for expressions, and the names that rows get."""

from __future__ import annotations

from typing import Any

from macflops.errors import ExpressionError, SourceError
from macflops.expressions import Expression
from macflops.readers.yaml.nodes import UNREAD, Node, Scalar, Sequence
from macflops.readers.yaml.scalars import NO_LONGER_BOOLEAN, resolved
from macflops.readers.yaml.source import Calls, Source
from macflops.readers.yaml.vocabulary import OPERATORS
from macflops.spelling import closest


class Scope:
    """Where entries stand: the values of names, the prefix of their rows' names, the block calls around them.

    `inputs` are the tensors that came into the block; None outside of any.
    """

    __slots__ = ("calls", "counts", "depth", "inputs", "names", "prefix", "source")

    def __init__(
        self,
        source: Source,
        names: dict[str, Any],
        prefix: str = "",
        calls: Calls = (),
        depth: int = 0,
        counts: dict[str, int] | None = None,
        inputs: tuple[int, ...] | None = None,
    ) -> None:
        self.source, self.names, self.prefix, self.calls, self.depth = source, names, prefix, calls, depth
        self.inputs = inputs
        self.counts: dict[str, int] = {} if counts is None else counts  # how often each name was wanted here

    def error(self, node: Node, what: str, hint: str) -> SourceError:
        """Return an error at a node, with the block calls around it."""
        return self.source.error(node, what, hint, self.calls)

    def value(self, node: Node) -> Any:
        """Return the value of a node in which every name has to be known."""
        if type(node) is Scalar:
            value = self.read(node)
            if type(value) is not Expression:
                return value
            if value.identifier in self.names:
                return self.names[value.identifier]
            return self.evaluated(node, value, self.names)
        if type(node) is Sequence:
            return [self.value(item) for item in node.items]
        return self.mapping(node, False)

    def text(self, node: Node, strict: bool = False) -> Any:
        """Return the value of a node in which names may stand for themselves: those of operators, modes and the like.

        If strict, a name that looks like a misspelt one is an error, unless it is an operator's.
        """
        if type(node) is Scalar:
            value = self.read(node)
            if type(value) is not Expression:
                return value
            word = value.identifier
            if word is None:
                unknown = {name: name for name in value.names - self.names.keys() if name in OPERATORS}
                return self.evaluated(node, value, {**unknown, **self.names} if unknown else self.names)
            if word in self.names:
                return self.names[word]
            if strict and node.plain and word not in OPERATORS and (meant := closest(word, self.names)):
                raise self.error(node, f"{word} is not known here", f"did you mean {meant}? If not, put it in quotes")
            return word
        if type(node) is Sequence:
            return [self.text(item, strict) for item in node.items]
        return self.mapping(node, True, strict)

    def word(self, node: Node) -> Any:
        """Return the value of a node that may be a word as it is written, of several parts: nearest-exact."""
        if type(node) is Scalar:
            value = self.read(node)
            if type(value) is Expression and value.names and not value.names & self.names.keys():
                return node.text
        return self.text(node)

    def mapping(self, node: Any, text: bool, strict: bool = False) -> dict[Any, Any]:
        """Return a mapping's values by key; a key that is a number is one."""
        found: dict[Any, Any] = {}
        for key, item in node.pairs:
            name = self.key(key)
            if name in found:
                raise self.error(key, f"the key {key.text} is here twice", "leave one of them out")
            found[name] = self.text(item, strict) if text else self.value(item)
        return found

    def key(self, node: Scalar) -> Any:
        """Return what a key is: a number, or else its text."""
        try:
            value = resolved(node.text, node.plain)
        except ExpressionError:
            return node.text
        if type(value) is float and value.is_integer():
            return int(value)
        return value if type(value) in (int, float) else node.text

    def read(self, node: Scalar) -> Any:
        """Return the constant or the expression that a scalar is."""
        if node.value is UNREAD:
            try:
                node.value = resolved(node.text, node.plain)
            except ExpressionError as error:
                raise self.source.within(node, error, self.calls) from None
        return node.value

    def evaluated(self, node: Scalar, expression: Expression, names: dict[str, Any]) -> Any:
        """Return an expression's value."""
        try:
            return expression.run(names, self.source.limits.magnitude)
        except ExpressionError as error:
            if "c_in is not known" in error.what:
                error = ExpressionError(error.column, "c_in where no tensor with channels comes in", "write the number")
            elif expression.identifier in NO_LONGER_BOOLEAN:
                what = f"{node.text} is a text in YAML 1.2"
                error = ExpressionError(0, what, f"write {NO_LONGER_BOOLEAN[node.text]}")
            raise self.source.within(node, error, self.calls) from None
