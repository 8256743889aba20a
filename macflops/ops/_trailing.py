"""What norms over the last dimensions of their input share."""

from __future__ import annotations

from macflops.arithmetic import Shape, differ
from macflops.errors import ShapeError
from macflops.ops._operator import Operator, require_rank


def trailing(x: Shape, normalized_shape: Shape | None) -> Shape:
    """Return the dimensions that are normalized: the last one where they are not given."""
    return x[-1:] if normalized_shape is None else normalized_shape


def check_trailing(operator: Operator, x: Shape, normalized_shape: Shape | None) -> None:
    """Raise ShapeError where x does not end with the normalized shape."""
    require_rank(operator, x, 1, "to normalize over")
    ends = trailing(x, normalized_shape)
    if not 1 <= len(ends) <= len(x) or any(map(differ, ends, x[-len(ends) :])):
        raise ShapeError(
            "normalized_shape",
            f"normalized_shape: {list(ends)} on an input of shape {list(x)}",
            "use the input's last dimensions",
        )
