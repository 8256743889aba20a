"""Einstein sums of two tensors: transpositions, views, and one matrix product."""

from __future__ import annotations

from macflops.arithmetic import differ, size
from macflops.readers.onnx.operators.views import reshaped
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Value


def Einsum(at: Place, a: Value, *more: Value, equation: str) -> Value:
    """Products of elements, summed over the letters that the result does not have: bhid,bhjd->bhij."""
    terms, arrow, result = equation.replace(" ", "").partition("->")
    letters = terms.split(",")
    plain = arrow and all(term.isalpha() and len(set(term)) == len(term) for term in (*letters, result))
    if not plain or len(letters) != 2 or len(more) != 1:
        raise Unread(equation)
    (b,), (left, right) = more, letters
    if len(left) != len(a.sides) or len(right) != len(b.sides):
        raise at.wrong(f"{equation} of shapes {list(a.sides)} and {list(b.sides)}", "give a letter to each dimension")
    sides = dict(zip(left, a.sides, strict=True))
    for letter, side in zip(right, b.sides, strict=True):
        if differ(sides.setdefault(letter, side), side):
            raise at.wrong(f"{letter} of {equation} is {sides[letter]} and {side}", "make them equal")
    a = at.computing(a, b)
    if a.constant and not b.constant:
        a, b, left, right = b, a, right, left
    batch = [c for c in left if c in right and c in result]
    rows = [c for c in left if c not in right and c in result]
    inner = [c for c in left if c in right and c not in result]
    columns = [c for c in right if c not in left and c in result]
    if len(batch) + len(rows) + len(inner) != len(left) or len(batch) + len(columns) + len(inner) != len(right):
        raise Unread(f"{equation}, which sums over a letter of one operand")
    as_linear = b.constant and not batch
    turned = not as_linear and list(right) == [*batch, *columns, *inner]

    def matrix(value: Value, have: str, groups: list[list[str]], part: str) -> Value:
        wanted = [c for group in groups for c in group]
        if list(have) != wanted:
            value = at.layer("transpose", value, part=f".transpose_{part}", dims=tuple(have.index(c) for c in wanted))
        shape = (*(sides[c] for c in batch), *(size(sides[c] for c in group) for group in groups[1:]))
        return value if shape == value.sides else reshaped(at, value, shape)

    first = matrix(a, left, [batch, rows, inner], "a")
    second = matrix(b, right, [batch, columns, inner] if turned else [batch, inner, columns], "b")
    if as_linear:
        y = at.layer("linear", first, weights=(second,), out=second.sides[-1], bias=False)
    else:
        y = at.layer("matmul", first, second, transpose_b=turned)
    made = [*batch, *rows, *columns]
    shape = tuple(sides[c] for c in made)
    if shape != y.sides:
        y = reshaped(at, y, shape)
    if list(result) != made:
        y = at.layer("transpose", y, part=".transpose", dims=tuple(made.index(c) for c in result))
    return y
