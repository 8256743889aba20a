"""What may be assumed of symbolic dimensions, so that closed forms lose their floors: `H%32==0`, `W==H`, `H==224`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from macflops.arithmetic import is_symbolic
from macflops.errors import Location, SourceError
from macflops.network import Network, Tensor
from macflops.spelling import did_you_mean

MULTIPLE = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*%\s*(?P<divisor>[0-9]{1,9})\s*==\s*(?P<rest>[0-9]{1,9})\s*")
EQUAL = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*==\s*(?P<other>[^\W\d]\w*|[0-9]{1,18})\s*")


def assuming(network: Network, given: Iterable[str]) -> Network:
    """Return a network with its symbolic shapes simplified as the assumptions allow.

    Each is NAME%DIVISOR==REST, NAME==OTHER or NAME==NUMBER. Raises SourceError on what is none of these.
    """
    texts = [given] if isinstance(given, str) else given
    for text in sorted(texts, key=lambda text: MULTIPLE.fullmatch(text) is not None):  # W==H, then what is known of H
        sides: list[Any] = [side for tensor in network.tensors for side in tensor.shape if is_symbolic(side)]
        names = {symbol.name: symbol for side in sides for symbol in side.free_symbols}
        network = changed(network, simplification(text, names))
    return network


def simplification(text: str, names: dict[str, Any]) -> Callable[[Any], Any]:
    """Return what an assumption makes of an expression."""
    multiple, equal = MULTIPLE.fullmatch(text), EQUAL.fullmatch(text)
    if multiple:
        symbol = known(text, multiple["name"], names)
        divisor, rest = int(multiple["divisor"]), int(multiple["rest"])
        if not rest < divisor:
            raise error(text, f"no number leaves {rest} when divided by {divisor}", f"write 0 to {max(divisor - 1, 0)}")
        return divisible(symbol, divisor, rest)
    if equal:
        symbol, other = known(text, equal["name"], names), equal["other"]
        value = int(other) if other.isdigit() else known(text, other, names)
        if value == 0:
            raise error(text, "a dimension of 0", "write a whole number from 1")
        return lambda expression: expression.subs(symbol, value)
    raise error(text, f"{text!r} is no assumption", "write H%32==0, W==H or H==224")


def divisible(symbol: Any, divisor: int, rest: int) -> Callable[[Any], Any]:
    """Return what simplifies under symbol = divisor·k + rest: whole parts leave their floors by themselves."""
    from sympy import Symbol, expand

    times = Symbol(f"{symbol.name}_", integer=True, nonnegative=True, positive=rest == 0 or None)
    back = (symbol - rest) / divisor

    def simplified(expression: Any) -> Any:
        return expand(expand(expression.subs(symbol, divisor * times + rest)).subs(times, back))

    return simplified


def known(text: str, name: str, names: dict[str, Any]) -> Any:
    """Return a dimension's symbol by name. Raises SourceError where there is none."""
    if name not in names:
        hint = did_you_mean(name, names, "they are") if names else "give --input-shape 1x3xHxW"
        raise error(text, f"{name} is no symbolic dimension here", hint)
    return names[name]


def changed(network: Network, simplified: Callable[[Any], Any]) -> Network:
    """Return a network with every symbolic dimension put through a function, in operators too."""

    def one(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(one, value))
        if not is_symbolic(value):
            return value
        result = simplified(value)
        return int(result) if result.is_Integer else result

    layers = []
    for layer in network.layers:
        fields = {name: value for name, value in layer.operator.attributes().items() if one(value) != value}
        operator = layer.operator._replace(**{n: one(v) for n, v in fields.items()}) if fields else layer.operator
        layers.append(layer._replace(operator=operator))
    tensors = tuple(Tensor(one(tensor.shape), tensor.dtype) for tensor in network.tensors)
    return network._replace(tensors=tensors, layers=tuple(layers))


def error(text: str, what: str, hint: str) -> SourceError:
    """Return an error about an assumption."""
    return SourceError(Location(f"--assume {text}"), what, hint)
