"""What views with given sizes share: one of them may be -1, which is what the others leave."""

from __future__ import annotations

from macflops.arithmetic import Dim, Shape, differ, divides, exact_div, is_integer, size, surely
from macflops.errors import ShapeError


def is_rest(number: Dim) -> bool:
    """Tell whether a size is -1: what the others leave."""
    return is_integer(number) and number == -1


def settled(sizes: Shape, total: Dim) -> Shape:
    """Return the sizes, with what the others leave of the total in the place of -1."""
    rest = exact_div(total, size(number for number in sizes if not is_rest(number)))
    return tuple(rest if is_rest(number) else number for number in sizes)


def check_sizes(field: str, sizes: Shape, total: Dim) -> None:
    """Raise ShapeError for a field whose sizes do not make up the total."""
    known = [number for number in sizes if not is_rest(number)]
    for number in known:
        if surely(number >= 1) is False:
            raise ShapeError(field, f"{field}: {list(sizes)} holds {number}", "each is at least 1, or -1 for the rest")
    if len(known) < len(sizes) - 1:
        raise ShapeError(field, f"{field}: {list(sizes)} holds -1 twice", "only one size can be the rest")
    whole = len(known) == len(sizes)
    if differ(size(known), total) if whole else not divides(size(known), total):
        raise ShapeError(field, f"{field}: {list(sizes)} of {total} elements", "make the product of the sizes that")
