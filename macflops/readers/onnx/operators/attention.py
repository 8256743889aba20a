"""Attention as one node: the operators that it stands for, so that a network counts alike however it was exported."""

from __future__ import annotations

from typing import Any, NamedTuple

from macflops.arithmetic import Dim, differ, divides, exact_div, is_integer
from macflops.readers.onnx.operators.copies import Concat, Pad
from macflops.readers.onnx.operators.views import reshaped
from macflops.readers.onnx.place import Place, stated
from macflops.readers.onnx.values import Value


class Heads(NamedTuple):
    """Queries (N, heads, L, d), keys (N, kv heads, S, d) and values (N, kv heads, S, dv)."""

    q: Value
    k: Value
    v: Value


def split_heads(at: Place, x: Value, heads: int | None, part: str) -> Value:
    """Return x (N, L, heads · d) as (N, heads, L, d): a view and a copy."""
    if not heads or heads < 1 or not divides(heads, x.sides[2]):
        raise at.wrong(
            f"{heads} heads of an input of shape {list(x.sides)}", "their number has to divide its last side"
        )
    n, length, width = x.sides
    x = reshaped_as(at, x, (n, length, heads, exact_div(width, heads)), f"{part}.heads")
    return at.layer("transpose", x, part=f"{part}.transpose", dims=(0, 2, 1, 3))


def merge_heads(at: Place, y: Value) -> Value:
    """Return y (N, heads, L, d) as (N, L, heads · d): a copy and a view."""
    y = at.layer("transpose", y, part=".transpose", dims=(0, 2, 1, 3))
    n, length, heads, width = y.sides
    return reshaped_as(at, y, (n, length, heads * width), ".merge")


def reshaped_as(at: Place, x: Value, shape: tuple[Dim, ...], part: str) -> Value:
    """Add a view of x in another shape, named by its part."""
    return reshaped(at, x, shape) if x.constant else at.layer("reshape", x, part=part, shape=shape)


def scores_of(at: Place, heads: Heads) -> tuple[Value, Value]:
    """Return the products (N, heads, L, S) of queries and keys, and the values as the second product wants them.

    Where several queries share a key (grouped queries), the products broadcast it.
    """
    q, k, v = heads.q, heads.k, heads.v
    n, count, length, width = q.sides
    shared = k.sides[1]
    if not is_integer(count) or not is_integer(shared) or count == shared:
        return at.layer("matmul", q, k, part=".scores", transpose_b=True), v
    if not divides(shared, count):
        raise at.wrong(f"{count} heads of queries for {shared} of keys", "the second has to divide the first")
    q = reshaped_as(at, q, (n, shared, count // shared, length, width), ".grouped_queries")
    k = reshaped_as(at, k, (n, shared, 1, *k.sides[2:]), ".grouped_keys")
    v = reshaped_as(at, v, (n, shared, 1, *v.sides[2:]), ".grouped_values")
    scores = at.layer("matmul", q, k, part=".scores", transpose_b=True)
    return reshaped_as(at, scores, (n, count, length, k.sides[3]), ".scores_by_head"), v


def weighted(at: Place, weights: Value, v: Value) -> Value:
    """Return the products (N, heads, L, dv) of weights (N, heads, L, S) and values."""
    if len(v.sides) == 4:
        return at.layer("matmul", weights, v)
    n, count, length, seen = weights.sides
    shared = v.sides[1]
    weights = reshaped_as(at, weights, (n, shared, count // shared, length, seen), ".grouped_weights")
    y = at.layer("matmul", weights, v)
    return reshaped_as(at, y, (n, count, length, v.sides[-1]), ".by_head")


def scaled(at: Place, x: Value, part: str) -> Value:
    """Return x times a number."""
    return at.layer("mul", x, part=part, constant=())


def biased(at: Place, scores: Value, mask: Value | None, causal: bool) -> Value:
    """Return the scores with a mask added to them, or (of booleans) chosen by it; and the triangle of causality."""
    seen = scores.sides[-1]
    if mask is not None:
        short = mask.sides[-1] if mask.sides else seen
        if is_integer(short) and is_integer(seen) and 1 < short < seen:  # what is left out is not attended to
            mask = Pad(at, mask, pads=(0,) * (2 * len(mask.sides) - 1) + (seen - short,))
        kind: Any = stated("Broadcast", name="where", constant=()) if mask.dtype == "bool" else "add"
        scores = at.layers(kind, scores, mask, part=".mask", learnable=mask.dtype != "bool")[0]
    if causal:
        triangle = scores.sides[-2:]
        scores = at.layer("add", scores, part=".causal", constant=triangle)
    return scores


def Attention(
    at: Place,
    q: Value,
    k: Value,
    v: Value,
    mask: Value | None = None,
    past_key: Value | None = None,
    past_value: Value | None = None,
    lengths: Value | None = None,
    *,
    is_causal: int = 0,
    kv_num_heads: int | None = None,
    left_window_size: int = -1,
    q_num_heads: int | None = None,
    qk_matmul_output_mode: int = 0,
    right_window_size: int = -1,
    scale: float | None = None,
    softcap: float = 0.0,
    softmax_precision: int | None = None,
) -> tuple[Value, ...]:
    """softmax(q · kᵀ · scale + mask) · v, of heads in a dimension of their own, or side by side in the last one.

    Scaled are q and k, each by the root, as ONNX has it; a product with past keys and values reads them and these,
    concatenated. Its outputs besides: both of these, and the scores.
    """
    flat = len(q.sides) == 3
    if not len(q.sides) == len(k.sides) == len(v.sides) or len(q.sides) not in (3, 4):
        what = f"shapes {list(q.sides)}, {list(k.sides)} and {list(v.sides)}"
        raise at.wrong(what, "all have three dimensions or four")
    if flat:
        q = split_heads(at, q, q_num_heads, ".q")
        k, v = split_heads(at, k, kv_num_heads, ".k"), split_heads(at, v, kv_num_heads, ".v")
    if past_key is not None and past_value is not None:
        k, v = joined(at, past_key, k, ".keys"), joined(at, past_value, v, ".values")
    if differ(k.sides[2], v.sides[2]) or differ(q.sides[3], k.sides[3]):
        raise at.wrong(f"keys of shape {list(k.sides)}, values of {list(v.sides)}", "there are as many of both")
    scores, grouped = scores_of(at, Heads(scaled(at, q, ".scale_q"), scaled(at, k, ".scale_k"), v))
    windowed = left_window_size >= 0 or right_window_size >= 0 or lengths is not None
    scores = biased(at, scores, mask, bool(is_causal) or windowed)
    if softcap:
        scores = at.layer(stated("Function", name="softcap"), scores, part=".softcap")
    weights = at.layer("softmax", scores, part=".softmax", dim=-1)
    y = weighted(at, weights, grouped)
    return ((merge_heads(at, y) if flat else y), k, v, scores)[: at.outputs]


def joined(at: Place, past: Value, new: Value, part: str) -> Value:
    """Return what was before and what is new along the third dimension: a copy."""
    if is_integer(past.sides[2]) and past.sides[2] == 0:
        return new
    if past.constant and new.constant:
        return Concat(at, past, new, axis=2)
    return at.layer("concat", past, new, part=part, dim=2)


def RotaryEmbedding(
    at: Place,
    x: Value,
    cos: Value,
    sin: Value,
    positions: Value | None = None,
    *,
    interleaved: int = 0,
    num_heads: int | None = None,
    rotary_embedding_dim: int = 0,
) -> Value:
    """x turned by its position: tables (positions, d/2) are looked up, those of (N, L, d/2) taken as they are.

    One operation per output element. The tables are computed, not learnt.
    """
    if positions is not None:
        if cos.constant and sin.constant:
            cos, sin = (Value(table.shape, table.dtype, contents=None) for table in (cos, sin))
        cos, sin = (
            at.layers("gather", table, positions, part=f".{name}", learnable=False, dim=0)[0]
            for table, name in ((cos, "cos"), (sin, "sin"))
        )
    more = {"role": "arithmetic"}
    return at.computed(x, cos, sin, outputs=[x.sides], dtypes=[x.dtype], kind="Computed", more=more)[0]
