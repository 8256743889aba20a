"""Matrix products: linear layers where one factor is the module's own."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import differ, is_integer, size
from macflops.errors import ShapeError
from macflops.ops._stated import Computed, LookedUp
from macflops.readers.torch.operators._common import Place, Unread, Value, tensors


def _affine(at: Place, x: Value, w: Value, bias: Value | None, out: int, part: str = "") -> Value:
    """Add a linear layer of x (…, in) with weights of out · in elements, however they lie."""
    if bias is not None and (bias.shape != (out,) or bias.tensor is not None):
        y = at.layer("linear", x, weights=(w,), out=out, bias=False, part=part)
        return _plus(at, y, bias)
    return at.layer("linear", x, weights=(w, bias), out=out, bias=bias is not None, part=part)


def _plus(at: Place, y: Value, bias: Value) -> Value:
    """Add an addition behind a product."""
    if y.constant and bias.constant:
        return Value(y.shape, y.dtype, leaves={**y.leaves, **bias.leaves})
    if bias.constant:
        weights = (bias,) if bias.learnt else ()
        return at.layer("add", y, weights=weights, part=".add", constant=bias.shape, learnable=bias.learnt)
    if y.constant:
        weights = (y,) if y.learnt else ()
        return at.layer("add", bias, weights=weights, part=".add", constant=y.shape, learnable=y.learnt)
    return at.layer("add", y, bias, part=".add")


def _product(at: Place, a: Value, b: Value) -> Value:
    """Add a product of a (…, m, k) and b (…, k, n)."""
    if b.constant and (b.learnt or not a.constant) and len(b.shape) == 2:
        _fits(a.shape[-1], b.shape[0], a, b)
        return _affine(at, a, b, None, b.shape[1])
    return at.layer("matmul", a, b)


def _fits(one: int, other: int, a: Value, b: Value) -> None:
    """Raise ShapeError where two inner dimensions differ."""
    if differ(one, other):
        raise ShapeError("from", f"a product of {list(a.shape)} and {list(b.shape)}", "make inner dimensions equal")


def linear(at: Place, input: Value, weight: Value, bias: Value | None = None) -> Value:
    """x (…, in), w (out, in), b (out): y (…, out)."""
    if len(weight.shape) == 1:
        return matmul(at, input, weight)
    if weight.tensor is not None and input.tensor is None:  # a product whose first factor is the module's own
        turned = at.layer("matmul", input, weight, transpose_b=True)
        return turned if bias is None else _plus(at, turned, bias)
    return _affine(at, input, weight, bias, weight.shape[0])


def matmul(at: Place, self: Value, other: Value) -> Value:
    """a (…, m, k) · b (…, k, n); a vector is a matrix of one row, or of one column."""
    a, b = self, other
    row, column = len(a.shape) == 1, len(b.shape) == 1
    if row and column:
        y = _product(at, at.reshaped(a, (1, *a.shape), ".row"), at.reshaped(b, (*b.shape, 1), ".column"))
        return at.reshaped(y, (), ".squeeze")
    if row:
        y = _product(at, at.reshaped(a, (1, *a.shape), ".row"), b)
        return at.reshaped(y, (*y.shape[:-2], y.shape[-1]), ".squeeze")
    if column:
        y = _product(at, a, at.reshaped(b, (*b.shape, 1), ".column"))
        return at.reshaped(y, y.shape[:-1], ".squeeze")
    return _product(at, a, b)


def mm(at: Place, self: Value, mat2: Value) -> Value:
    """a (m, k) · b (k, n)."""
    return _product(at, self, mat2)


def bmm(at: Place, self: Value, mat2: Value) -> Value:
    """a (b, m, k) · b (b, k, n)."""
    return _product(at, self, mat2)


def mv(at: Place, self: Value, vec: Value) -> Value:
    """a (m, k) · b (k)."""
    return matmul(at, self, vec)


def dot(at: Place, self: Value, tensor: Value) -> Value:
    """a (k) · b (k)."""
    return matmul(at, self, tensor)


def addmm(at: Place, self: Value, mat1: Value, mat2: Value, beta: float = 1, alpha: float = 1) -> Value:
    """beta · c + alpha · a (m, k) · b (k, n)."""
    if mat2.constant and (mat2.learnt or not mat1.constant) and len(self.shape) == 1 and self.constant:
        _fits(mat1.shape[-1], mat2.shape[0], mat1, mat2)
        return _affine(at, mat1, mat2, self, mat2.shape[1])
    return _plus(at, _product(at, mat1, mat2), self)


def baddbmm(at: Place, self: Value, batch1: Value, batch2: Value, beta: float = 1, alpha: float = 1) -> Value:
    """beta · c + alpha · a (b, m, k) · b (b, k, n). Where beta is 0, c is not read."""
    y = _product(at, batch1, batch2)
    return y if beta == 0 else _plus(at, y, self)


def addmv(at: Place, self: Value, mat: Value, vec: Value, beta: float = 1, alpha: float = 1) -> Value:
    """beta · c + alpha · a (m, k) · b (k)."""
    return _plus(at, matmul(at, mat, vec), self)


def addbmm(at: Place, self: Value, batch1: Value, batch2: Value, beta: float = 1, alpha: float = 1) -> Value:
    """beta · c + alpha · the sum over the batch of a (b, m, k) · b (b, k, n)."""
    y = at.folded("sum", _product(at, batch1, batch2), (0,), False, ".sum")
    return _plus(at, y, self)


def outer(at: Place, self: Value, vec2: Value) -> Value:
    """The products of all pairs."""
    return at.element_wise("mul", at.reshaped(self, (*self.shape, 1), ".column"), vec2)


def bilinear(at: Place, input1: Value, input2: Value, weight: Value, bias: Value | None = None) -> Value:
    """x (…, i), w (o, i, j), y (…, j): for each o, x · w · y: first x · w (…, o·j), then the product with y."""
    o, i, j = weight.shape
    rows = size(input1.shape[:-1])
    first = at.layer("linear", at.reshaped(input1, (rows, i)), weights=(weight,), out=o * j, bias=False)
    matrices = at.reshaped(first, (rows, o, j), ".unflatten")
    y = at.layer("matmul", matrices, at.reshaped(input2, (rows, j, 1), ".column"), part=".product")
    y = at.reshaped(y, (*input1.shape[:-1], o), ".squeeze")
    return y if bias is None else _plus(at, y, bias)


def scaled_dot_product_attention(
    at: Place,
    query: Value,
    key: Value,
    value: Value,
    attn_mask: Value | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Value:
    """softmax(q · kᵀ · scale + mask) · v, written out as the math kernel computes it, whichever one runs.

    q (…, L, E), k (…, S, E), v (…, S, Ev). Half of the scale goes to q, half to k; a causal mask is a constant.
    """
    q, k, v = query, key, value
    if enable_gqa:  # each head of k and v serves several of q: they broadcast, and are read once
        groups = q.shape[-3] // k.shape[-3]
        q = at.reshaped(q, (*q.shape[:-3], k.shape[-3], groups, *q.shape[-2:]), ".groups")
        k, v = (at.reshaped(t, (*t.shape[:-2], 1, *t.shape[-2:]), ".group") for t in (k, v))
    q, k = (
        at.layer("mul", t, part=part, constant=()) if t.tensor is not None else t
        for t, part in ((q, ".scale_q"), (k, ".scale_k"))
    )
    scores = at.layer("matmul", q, k, transpose_b=True, part=".scores")
    masks = []
    if is_causal:
        masks.append(Value((q.shape[-2], k.shape[-2])))
    if attn_mask is not None:
        masks.append(attn_mask)
    for mask in masks:
        if enable_gqa and len(mask.shape) >= 3:
            mask = at.reshaped(mask, (*mask.shape[:-2], 1, *mask.shape[-2:]), ".mask")
        if mask.constant:
            weights = (mask,) if mask.learnt else ()
            scores = at.layer("add", scores, weights=weights, part=".mask", constant=mask.shape, learnable=mask.learnt)
        else:
            scores = at.layer("add", scores, mask, part=".mask")
    weights_ = at.layer("softmax", scores, dim=-1, part=".softmax")
    y = at.layer("matmul", weights_, v)
    return at.reshaped(y, query.shape[:-1] + v.shape[-1:], ".heads") if enable_gqa else y


def _scaled_dot_product_flash_attention_for_cpu(
    at: Place,
    query: Value,
    key: Value,
    value: Value,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    attn_mask: Value | None = None,
    scale: float | None = None,
) -> tuple[Value, ...]:
    """The same attention, computed in tiles."""
    return (scaled_dot_product_attention(at, query, key, value, attn_mask, is_causal=is_causal),)


def _scaled_dot_product_flash_attention(
    at: Place,
    query: Value,
    key: Value,
    value: Value,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    return_debug_mask: bool = False,
    scale: float | None = None,
) -> tuple[Value, ...]:
    """The same attention, computed in tiles on a GPU."""
    return (scaled_dot_product_attention(at, query, key, value, is_causal=is_causal),)


def _scaled_dot_product_efficient_attention(
    at: Place,
    query: Value,
    key: Value,
    value: Value,
    attn_bias: Value | None,
    compute_log_sumexp: bool,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> tuple[Value, ...]:
    """The same attention, computed in tiles on a GPU."""
    return (scaled_dot_product_attention(at, query, key, value, attn_bias, is_causal=is_causal),)


MADE: dict[str, Any] = {
    "_scaled_dot_product_flash_attention_for_cpu": _scaled_dot_product_flash_attention_for_cpu,
    "_scaled_dot_product_flash_attention": _scaled_dot_product_flash_attention,
    "_scaled_dot_product_efficient_attention": _scaled_dot_product_efficient_attention,
}


def einsum(at: Place, equation: str, tensors_: Any = (), path: Any = None, **more: Any) -> Value:
    """Products of elements, summed over the letters that the result does not have: bhid,bhjd->bhij.

    Of more than two tensors the first two are joined first, and so on, as torch does without opt_einsum.
    """
    values = tensors(more.get("tensors", tensors_))
    terms, arrow, result = equation.replace(" ", "").partition("->")
    letters = [_spelled(term, len(value.shape)) for term, value in zip(terms.split(","), values, strict=True)]
    pairs = [_diagonal(at, value, term) for value, term in zip(values, letters, strict=True)]
    if arrow:
        longest = max((term.count("\x00") + sum(c in DOTS for c in term) for term in letters), default=0)
        result = result.replace("...", "".join(DOTS[len(DOTS) - longest :]))
    else:
        joined = "".join(letters)
        dots = sorted({c for c in joined if c in DOTS}, key=DOTS.index)
        result = "".join(dots) + "".join(sorted(c for c in set(joined) if joined.count(c) == 1 and c not in DOTS))
    values, letters = tuple(value for value, _ in pairs), [term for _, term in pairs]
    while len(values) > 1:
        rest = "".join(letters[2:]) + result
        kept = [c for c in dict.fromkeys(letters[0] + letters[1]) if c in rest]
        last = len(values) == 2
        target = result if last else "".join(kept)
        made = _pair(at, values[0], values[1], letters[0], letters[1], target, "" if last else f".{len(values)}")
        values, letters = (made, *values[2:]), [target, *letters[2:]]
    return values[0] if letters[0] == result else _reduced(at, values[0], letters[0], result)


DOTS = "αβγδεζηθ"  # what ... stands for, the last ones where there are fewer


def _spelled(term: str, rank: int) -> str:
    """Return a term with ... written as letters of its own."""
    if "..." not in term:
        return term
    number = rank - (len(term) - 3)
    return term.replace("...", DOTS[len(DOTS) - number :] if number else "")


def _reduced(at: Place, x: Value, have: str, want: str) -> Value:
    """Add what is left of a single operand: sums over letters, then a transposition."""
    x, have = _summed(at, x, have, want, ".sum")
    return at.transposed(x, tuple(have.index(c) for c in want), ".transpose")


def _pair(at: Place, a: Value, b: Value, left: str, right: str, result: str, part: str) -> Value:
    """Add a sum of the products of two operands."""
    if a.constant and not b.constant:
        a, b, left, right = b, a, right, left
    kept = result + "".join(c for c in _wide(a, left) if c in _wide(b, right))
    (a, left), (b, right) = _summed(at, a, left, kept, ".sum"), _summed(at, b, right, kept, ".sum")
    sides = dict(zip(right, b.shape, strict=True))
    for letter, side in zip(left, a.shape, strict=True):
        if letter not in sides or sides[letter] == 1:
            sides[letter] = side
    batch = [c for c in left if c in right and c in result]
    rows = [c for c in left if c not in right]
    inner = [c for c in left if c in right and c not in result]
    columns = [c for c in right if c not in left]
    if not inner:  # no sum: a product of elements
        return _by_element(at, a, b, left, right, result)
    as_linear = b.constant and not batch and (b.learnt or not a.constant)

    def matrix(value: Value, have: str, groups: list[list[str]], name: str) -> Value:
        wanted = [c for group in groups for c in group]
        value = at.transposed(value, tuple(have.index(c) for c in wanted), f".transpose_{name}")
        shape = (*(sides[c] for c in batch), *(size(sides[c] for c in group) for group in groups[1:]))
        return at.reshaped(value, shape, f".view_{name}")

    first = matrix(a, left, [batch, rows, inner], "a")
    flipped = not as_linear and list(right) == [*batch, *columns, *inner]
    second = matrix(b, right, [batch, columns, inner] if flipped else [batch, inner, columns], "b")
    if as_linear:
        y = at.layer("linear", first, weights=(second,), out=second.shape[-1], bias=False, part=part)
    else:
        y = at.layer("matmul", first, second, transpose_b=flipped, part=part)
    made = [*batch, *rows, *columns]
    y = at.reshaped(y, tuple(sides[c] for c in made), ".view")
    return at.transposed(y, tuple(made.index(c) for c in result), ".transpose")


def _by_element(at: Place, a: Value, b: Value, left: str, right: str, result: str) -> Value:
    """Add a product of elements, letters aligned."""
    aligned = []
    for value, have, name in ((a, left, "a"), (b, right, "b")):
        order = [c for c in result if c in have]
        value = at.transposed(value, tuple(have.index(c) for c in order), f".transpose_{name}")
        sides = dict(zip(order, value.shape, strict=True))
        aligned.append(at.reshaped(value, tuple(sides.get(c, 1) for c in result), f".view_{name}"))
    return at.element_wise("mul", *aligned)


def _wide(x: Value, letters: str) -> str:
    """Return the letters of dimensions that are not 1: torch sums over others before the product."""
    return "".join(c for c, side in zip(letters, x.shape, strict=True) if not (is_integer(side) and side == 1))


def _summed(at: Place, x: Value, have: str, kept: str, part: str) -> tuple[Value, str]:
    """Return a tensor summed over the letters that nothing keeps (those of 1 are left out), and what is left."""
    gone = tuple(i for i, c in enumerate(have) if c not in kept and c in _wide(x, have))
    x = at.folded("sum", x, gone, False, part) if gone else x
    left = [c for i, c in enumerate(have) if i not in gone]
    shape = tuple(side for c, side in zip(left, x.shape, strict=True) if c in kept)
    return at.reshaped(x, shape, ".squeeze"), "".join(c for c in left if c in kept)


def _diagonal(at: Place, x: Value, letters: str) -> tuple[Value, str]:
    """Return a tensor's diagonal along the dimensions whose letter it has more than once, and its letters."""
    once = "".join(dict.fromkeys(letters))
    if once == letters:
        return x, letters
    shape = tuple(x.shape[letters.index(c)] for c in once)
    return at.layer(LookedUp(name="diagonal", outputs=(shape,)), x, part=".diagonal"), once


def _grouped_mm(
    at: Place, self: Value, mat2: Value, offs: Value | None = None, bias: Value | None = None, out_dtype: Any = None
) -> Value:
    """Rows of a (m, k), each by one of the matrices of b (e, k, n): the experts of a mixture."""
    if len(self.shape) != 2 or len(mat2.shape) != 3:
        raise Unread("of other ranks")
    own = mat2.constant
    operator = Computed(
        name="grouped_matmul",
        outputs=((self.shape[0], mat2.shape[2]),),
        role="matmul",
        mult_adds=size(self.shape) * mat2.shape[2],
        weights=size(mat2.shape) if own else 0,
        params=size(mat2.shape) if own and mat2.learnt else 0,
    )
    y = at.layer(operator, self, *(() if own else (mat2,)), weights=(mat2,) if own and mat2.learnt else ())
    return y if bias is None else _plus(at, y, bias)


def _grouped_fallback(at: Place, input: Value, weight: Value, offs: Value) -> Value:
    """What transformers puts in its place where it is compiled."""
    return _grouped_mm(at, input, weight, offs)


MADE |= {"_grouped_mm": _grouped_mm, "transformers.grouped_mm_fallback": _grouped_fallback}


def cdist(at: Place, x1: Value, x2: Value, p: float = 2.0, compute_mode: int | None = None) -> Value:
    """The distances of all pairs of rows."""
    return at.computed(x1, x2)  # type: ignore[no-any-return]
