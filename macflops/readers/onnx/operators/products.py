"""Matrix products: linear layers where one factor is a tensor of the file."""

from __future__ import annotations

from macflops.arithmetic import differ, size
from macflops.readers.onnx.operators.views import reshaped
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


def Gemm(
    at: Place,
    a: Value,
    b: Value,
    c: Value | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,  # noqa: N803  # ONNX's own names
    transB: int = 0,  # noqa: N803
    broadcast: int = 1,
) -> Value:
    """alpha · a (m, k) · b (k, n) + beta · c, a and b transposed where it says so."""
    if len(a.sides) != 2 or len(b.sides) != 2:
        raise at.wrong(f"a product of shapes {list(a.sides)} and {list(b.sides)}", "both have to have two dimensions")
    a, c = at.computing(a, b), None if c is not None and c.zeros else c
    if transA:
        a = at.layer("transpose", a, part=".transpose_a", dims=(1, 0))
    inner, out = b.sides[::-1] if transB else b.sides
    if differ(a.sides[-1], inner):
        raise at.wrong(f"a product of shapes {list(a.sides)} and {list(b.sides)}", "make the inner dimensions equal")
    bias = c if c is not None and c.constant and not differ(size(c.sides), out) else None
    if b.constant and not a.constant:
        y = at.layer("linear", a, weights=(b, bias), out=out, bias=bias is not None)
    else:
        bias = None
        y = at.layer("matmul", a, b, transpose_b=bool(transB))
    if c is None or bias is not None:
        return y
    if c.constant and not y.constant:
        return at.layer("add", y, weights=(c,), part=".add", constant=c.sides, learnable=c.kept)
    return at.layer("add", y, c, part=".add")


def MatMul(at: Place, a: Value, b: Value) -> Value:
    """a (…, m, k) · b (…, k, n). With an addition of a bias right behind it, both are one linear layer."""
    if not a.sides or not b.sides:
        raise at.wrong(f"a product of shapes {list(a.sides)} and {list(b.sides)}", "no factor can be one number")
    a = at.computing(a, b)
    if len(b.sides) == 2 and b.constant and not a.constant:
        if differ(a.sides[-1], b.sides[0]):
            raise at.wrong(f"a product of shapes {list(a.sides)} and {list(b.sides)}", "make inner dimensions equal")
        bias = at.bias_behind(b.sides[1])
        return at.layer("linear", a, weights=(b, bias), out=b.sides[1], bias=bias is not None)
    if len(a.sides) > 1 and len(b.sides) > 1:
        return at.layer("matmul", a, b)
    row, column = len(a.sides) == 1, len(b.sides) == 1  # vectors, seen as matrices
    first = reshaped(at, a, (1, *a.sides)) if row else a
    second = reshaped(at, b, (*b.sides, 1)) if column else b
    y = at.layer("matmul", first, second)
    shape = (*y.sides[:-2], *(() if row else y.sides[-2:-1]), *(() if column else y.sides[-1:]))
    return reshaped(at, y, shape)
