"""Constants too large to be followed, computed with NumPy where their elements decide a shape: which of a mask are set.

Only what masks are written with is known here; NumPy is imported only where one is met.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from macflops.arithmetic import is_integer
from macflops.readers.onnx.model import Node
from macflops.readers.onnx.tensors import FLOAT_DATA, RAW, TYPES, Tensor
from macflops.readers.onnx.values import Value

if TYPE_CHECKING:
    from macflops.readers.onnx.build import Build

MOST = 1_000_000  # elements of each tensor on the way
DEEPEST = 50  # nodes behind one another

# How each is computed from its operands' elements; where shapes have to be known, from the output's too.
PLAIN = {"And": "logical_and", "Or": "logical_or", "Xor": "logical_xor", "Not": "logical_not", "Equal": "equal"}
PLAIN |= {"Greater": "greater", "GreaterOrEqual": "greater_equal", "Less": "less", "LessOrEqual": "less_equal"}
PLAIN |= {"Add": "add", "Sub": "subtract", "Mul": "multiply", "Neg": "negative", "Abs": "absolute", "Where": "where"}
WIDTHS = (8, 16, 32, 64)
PLAIN_TYPES = {"bool", "float16", "float32", "float64", *(f"{sign}int{n}" for sign in ("", "u") for n in WIDTHS)}
SHAPED = ("Reshape", "Unsqueeze", "Squeeze", "Flatten")


def elements(build: Build, name: str) -> Any:
    """Return the elements of a constant as a NumPy array, or None where they are not known or too many."""
    return known(build, name, {}, 0)


def known(build: Build, name: str, found: dict[str, Any], depth: int) -> Any:
    """Return the elements of a constant, each computed once."""
    if name not in found:
        found[name] = None if depth > DEEPEST else computed(build, name, found, depth)
    return found[name]


def computed(build: Build, name: str, found: dict[str, Any], depth: int) -> Any:
    """Return the elements of a constant from those of what it is made of."""
    value, node = build.values.get(name), build.made_by.get(name)
    if value is None or not value.constant or not all(map(is_integer, value.sides)) or prod(value.sides) > MOST:
        return None
    given = written(value)
    function = READERS.get(node.op) if node is not None and not node.domain else None
    if given is not None or node is None or function is None or name != node.outputs[0]:
        return given
    operands = [known(build, one, found, depth + 1) for one in node.inputs if one]
    if any(one is None for one in operands):
        return None
    made = function(node, value.sides, *operands)
    return made if made is not None and made.shape == value.sides else None


def written(value: Value) -> Any:
    """Return the elements of a value that are followed, or stand in the file."""
    import numpy as np

    if value.numbers is not None:
        known = all(isinstance(number, (bool, int, float)) for number in value.numbers)
        return np.array(value.numbers).reshape(value.sides) if known else None
    return None if value.held is None else decoded(value.held)


def decoded(tensor: Tensor) -> Any:
    """Return the elements of a tensor of the file, or None where they are not written plainly."""
    import numpy as np

    fields = tensor.contents or ()
    if len(fields) != 1 or isinstance(fields[0][1], int) or fields[0][0] not in (RAW, FLOAT_DATA):
        return None
    if tensor.type not in PLAIN_TYPES:
        return None
    found = np.frombuffer(fields[0][1], dtype=np.dtype(tensor.type).newbyteorder("<"))
    return found.reshape(tensor.shape) if found.size == prod(tensor.shape) else None


def plainly(function: str) -> Callable[..., Any]:
    """Return the reader of a function that NumPy has by this name."""

    def read(node: Node, sides: tuple[int, ...], *operands: Any) -> Any:
        import numpy as np

        return getattr(np, function)(*operands)

    return read


def filled(node: Node, sides: tuple[int, ...], shape: Any) -> Any:
    """ConstantOfShape: one number everywhere."""
    import numpy as np

    held = node.attributes.get("value")
    numbers = (0.0,) if held is None else held.numbers()
    return np.full(sides, numbers[0]) if numbers else None


def triangle(node: Node, sides: tuple[int, ...], x: Any, by: Any = 0) -> Any:
    """Trilu: the upper or lower triangle, zeros elsewhere."""
    import numpy as np

    return (np.triu if node.attributes.get("upper", 1) else np.tril)(x, int(by))


def spread(node: Node, sides: tuple[int, ...], x: Any, shape: Any) -> Any:
    """Expand: broadcast."""
    import numpy as np

    return np.broadcast_to(x, sides)


def turned(node: Node, sides: tuple[int, ...], x: Any) -> Any:
    """Transpose: the dimensions in another order, by default the reverse."""
    return x.transpose(node.attributes.get("perm"))


def counted(node: Node, sides: tuple[int, ...], start: Any, limit: Any, delta: Any) -> Any:
    """Range: so many numbers, in steps."""
    import numpy as np

    return start + delta * np.arange(*sides)


def cast(node: Node, sides: tuple[int, ...], x: Any) -> Any:
    """Cast: in another type, where NumPy has it."""
    name = TYPES.get(node.attributes.get("to", 0), ("", ""))[0]
    return x.astype(name) if name in PLAIN_TYPES else None


READERS: dict[str, Callable[..., Any]] = {
    **{op: plainly(name) for op, name in PLAIN.items()},
    **dict.fromkeys(SHAPED, lambda node, sides, x, *more: x.reshape(sides)),
    "Cast": cast,
    "Identity": lambda node, sides, x: x,
    "ConstantOfShape": filled,
    "Trilu": triangle,
    "Expand": spread,
    "Transpose": turned,
    "Range": counted,
}
