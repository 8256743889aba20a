"""Attention as the optimizer writes it: the operators that it stands for."""

from __future__ import annotations

from macflops.arithmetic import Dim, exact_div, is_integer
from macflops.readers.onnx.microsoft.fused import added
from macflops.readers.onnx.operators import attention
from macflops.readers.onnx.operators._common import Ints
from macflops.readers.onnx.operators.views import sliced
from macflops.readers.onnx.place import Place, Unread
from macflops.readers.onnx.values import Value


def attended(
    at: Place, q: Value, k: Value, v: Value, bias: Value | None, padding: Value | None, causal: bool
) -> tuple[Value, Value, Value]:
    """Return softmax(q · kᵀ, scaled, + what is added) · v as (N, L, heads · d), and k and v, of (N, heads, L, d)."""
    scores, values = attention.scores_of(at, attention.Heads(attention.scaled(at, q, ".scale"), k, v))
    if bias is not None:
        scores = added(at, scores, bias, ".bias_of_scores")
    if padding is not None:
        scores = attention.biased(at, scores, Value((scores.sides[0], 1, 1, k.sides[2]), tensor=padding.tensor), False)
    scores = attention.biased(at, scores, None, causal)
    weights = at.layer("softmax", scores, part=".softmax", dim=-1)
    return attention.merge_heads(at, attention.weighted(at, weights, values)), k, v


def heads_of(at: Place, x: Value, heads: int, part: str) -> Value:
    """Return x (N, L, heads · d) as (N, heads, L, d); one that is so already as it is."""
    return x if len(x.sides) == 4 else attention.split_heads(at, x, heads, part)


def Attention(
    at: Place,
    x: Value,
    weights: Value,
    bias: Value | None = None,
    mask_index: Value | None = None,
    past: Value | None = None,
    attention_bias: Value | None = None,
    past_sequence_length: Value | None = None,
    *,
    do_rotary: int = 0,
    mask_filter_value: float = -10000.0,
    num_heads: int,
    past_present_share_buffer: int = 0,
    qkv_hidden_sizes: Ints | None = None,
    rotary_embedding_dim: int = 0,
    scale: float | None = None,
    unidirectional: int = 0,
) -> Value:
    """Queries, keys and values by one linear layer of x (N, L, in), attention, side by side (N, L, heads · d)."""
    if past is not None or do_rotary:
        raise Unread("with past keys or rotations")
    if len(x.sides) != 3 or len(weights.sides) != 2:
        raise at.wrong(f"weights of shape {list(weights.sides)} on {list(x.sides)}", "they map (N, L, in)")
    out = weights.sides[1]
    y = at.layer("linear", x, weights=(weights, bias), part=".qkv", out=out, bias=bias is not None)
    widths: tuple[Dim, ...] = qkv_hidden_sizes or (exact_div(out, 3),) * 3
    if len(widths) != 3 or (is_integer(out) and sum(widths) != out):
        raise at.wrong(f"widths {list(widths)} of {out}", "there are three, which make up the weights'")
    q, k, v = at.layers("split", y, part=".split", sizes=widths, dim=2)
    parts = (heads_of(at, part, num_heads, f".{name}") for name, part in (("q", q), ("k", k), ("v", v)))
    q, k, v = parts
    return attended(at, q, k, v, attention_bias, None, bool(unidirectional))[0]


def MultiHeadAttention(
    at: Place,
    query: Value,
    key: Value | None = None,
    value: Value | None = None,
    bias: Value | None = None,
    key_padding_mask: Value | None = None,
    attention_bias: Value | None = None,
    past_key: Value | None = None,
    past_value: Value | None = None,
    past_sequence_length: Value | None = None,
    cache_indirection: Value | None = None,
    *,
    mask_filter_value: float = -10000.0,
    num_heads: int,
    scale: float | None = None,
    unidirectional: int = 0,
) -> tuple[Value, ...]:
    """Attention of query (N, L, heads · d), key and value, to which a bias of all three is added."""
    if key is None or value is None or len(query.sides) != 3:
        raise Unread("with keys and values packed")
    q, k, v = query, key, value
    if bias is not None:
        ends, start, found = [q, k, v], 0, []
        for i, part in enumerate(ends):
            width = part.sides[-1] if len(part.sides) == 3 else part.sides[1] * part.sides[3]
            own = sliced(at, bias, 0, start, start + width, 1, f".bias_{i}")
            start = start + width
            found.append(added(at, part, own, f".add_{i}") if len(part.sides) == 3 else part)
        q, k, v = found
    q, k, v = (heads_of(at, part, num_heads, f".{name}") for name, part in (("q", q), ("k", k), ("v", v)))
    if past_key is not None and past_value is not None:
        k, v = attention.joined(at, past_key, k, ".keys"), attention.joined(at, past_value, v, ".values")
    padding = key_padding_mask if key_padding_mask is not None and key_padding_mask.tensor is not None else None
    return attended(at, q, k, v, attention_bias, padding, bool(unidirectional))[: at.outputs]


def GroupQueryAttention(
    at: Place,
    query: Value,
    key: Value | None = None,
    value: Value | None = None,
    past_key: Value | None = None,
    past_value: Value | None = None,
    seqlens_k: Value | None = None,
    total_sequence_length: Value | None = None,
    cos_cache: Value | None = None,
    sin_cache: Value | None = None,
    *,
    do_rotary: int = 0,
    kv_num_heads: int,
    local_window_size: int = -1,
    num_heads: int,
    rotary_interleaved: int = 0,
    scale: float | None = None,
    smooth_softmax: int = 0,
    softcap: float = 0.0,
) -> tuple[Value, ...]:
    """Causal attention in which several queries share a key and a value."""
    if key is None or value is None or do_rotary or softcap:
        raise Unread("with keys and values packed, rotations, or a cap")
    q = heads_of(at, query, num_heads, ".q")
    k, v = heads_of(at, key, kv_num_heads, ".k"), heads_of(at, value, kv_num_heads, ".v")
    if past_key is not None and past_value is not None:
        k, v = attention.joined(at, past_key, k, ".keys"), attention.joined(at, past_value, v, ".values")
    return attended(at, q, k, v, None, None, True)[: at.outputs]


def RotaryEmbedding(
    at: Place,
    x: Value,
    position_ids: Value,
    cos_cache: Value,
    sin_cache: Value,
    *,
    interleaved: int = 0,
    is_packed_batching: int = 0,
    num_heads: int = 0,
    rotary_embedding_dim: int = 0,
    scale: float = 1.0,
) -> Value:
    """x turned by its position, of the rows that the tables have for it."""
    return attention.RotaryEmbedding(at, x, cos_cache, sin_cache, position_ids)
