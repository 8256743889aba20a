"""RT-DETR's decoder: a few hundred queries, which refine their boxes layer by layer.

Sources: RT-DETR (Zhao et al. 2023), sections 4.1 and 4.3; DINO (Zhang et al. 2022), section 3.
"""

from __future__ import annotations

from typing import NamedTuple

from macflops.arithmetic import Dim, minimum
from macflops.ops._stated import LookedUp
from macflops.ops.add import Add
from macflops.ops.amax import AMax
from macflops.ops.bn import BatchNorm
from macflops.ops.clamp import Clamp
from macflops.ops.div import Div
from macflops.ops.embedding import Embedding
from macflops.ops.layer_norm import LayerNorm
from macflops.ops.log import Log
from macflops.ops.mul import Mul
from macflops.ops.reshape import Reshape
from macflops.ops.sigmoid import Sigmoid
from macflops.ops.sub import Sub
from macflops.readers.yaml.ultralytics import activations
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.deformable import deformed
from macflops.readers.yaml.ultralytics.modules.selection import divided, looked_up, top
from macflops.readers.yaml.ultralytics.modules.transformer import attended, rows_of
from macflops.readers.yaml.ultralytics.writer import EPS, Writer

SIDES = 4  # of a box


class Decoder(NamedTuple):
    """What all layers share."""

    width: int
    heads: int
    points: int
    hidden: int  # of the feed-forward
    maps: list[tuple[Dim, Dim]]  # their sides


@module(scaled=False, many=True)
def RTDETRDecoder(at: Writer, inputs: list[int], nc: int = 80, hd: int = 256, nq: int = 300, ndp: int = 4, nh: int = 8,
                  ndl: int = 6, d_ffn: int = 1024, dropout: float = 0.0, act: None = None, eval_idx: int = -1,
                  nd: int = 100, label_noise_ratio: float = 0.5, box_noise_scale: float = 1.0,
                  learnt_init_query: bool = False) -> int:  # fmt: skip
    """Boxes, scores and classes of the best queries: (N, queries, 6)."""
    if min(nc, hd, nq, ndp, nh, d_ffn) < 1 or hd % nh:
        raise at.error(f"hd is {hd}, nh is {nh}", "numbers from 1, and nh has to divide hd")
    at.times(ndl)
    if not -ndl <= eval_idx < ndl:
        raise at.error(f"eval_idx is {eval_idx}", f"there are layers 0 to {ndl - 1}")
    last = eval_idx % ndl
    maps = [(at.shape(x)[2], at.shape(x)[3]) for x in inputs]
    decoder = Decoder(hd, nh, ndp, d_ffn, maps)
    feats = encoded(at, inputs, hd)
    query, boxes, chosen = first_queries(at, feats, nc, nq)
    if learnt_init_query:
        query = at.add("tgt_embed", Embedding(nq, hd), chosen)
    boxes = at.add("first_boxes", Sigmoid(), boxes)
    for index in range(last + 1):
        query = layer(at.under(f"decoder.layers.{index}"), decoder, query, boxes, feats, placed(at, boxes, hd, index))
        boxes = refined(at, index, mlp(at, f"dec_bbox_head.{index}", query, (hd, hd, SIDES)), boxes)
    scores = at.add("sigmoid", Sigmoid(), at.linear(f"dec_score_head.{last}", query, nc))
    y = best(at, boxes, scores, nc)

    def in_training(aside: Writer, x: int, rows: int) -> None:
        aside.add("denoising_class_embed", Embedding(nc, hd), x)
        for index in range(ndl):
            if index != last:
                aside.linear(f"dec_score_head.{index}", rows, nc)
            if index > last:
                layer(aside.under(f"decoder.layers.{index}"), decoder, rows, boxes_of(aside), values_of(aside), rows)
                mlp(aside, f"dec_bbox_head.{index}", rows, (hd, hd, SIDES))

    def boxes_of(aside: Writer) -> int:
        return aside.builder.input("", (1, 1, SIDES))

    def values_of(aside: Writer) -> int:
        return aside.builder.input("", (1, at.shape(feats)[1], hd))

    return at.unused("training", y, in_training, (1, 1), (1, 1, hd))


def encoded(at: Writer, inputs: list[int], width: int) -> int:
    """Return all maps as rows of their positions (N, positions, width)."""
    rows = []
    for index, x in enumerate(inputs):
        inner = at.under(f"input_proj.{index}")
        rows.append(rows_of(inner, inner.add("1", BatchNorm(EPS), inner.conv2d("0", x, width, bias=False))))
    return at.concat("feats", rows, 1)


def first_queries(at: Writer, feats: int, nc: int, most: int) -> tuple[int, int, int]:
    """Return the positions with the best scores (N, queries, width), the logits of their boxes, and which they are."""
    batch, positions, width = at.shape(feats)
    known = at.add("valid", Mul(constant=(1, positions, 1)), feats)
    known = at.add("enc_output.1", LayerNorm(), at.linear("enc_output.0", known, width))
    scores = at.linear("enc_score_head", known, nc)
    number = minimum(positions, most)
    _, index = at.parts("topk", top(batch, number), at.add("best", AMax((-1,)), scores))
    shapes = ((batch, number, width), (batch, number, SIDES))
    query, anchors = at.parts("queries", LookedUp("gather", shapes), known, index)
    boxes = at.add("enc_boxes", Add(), mlp(at, "enc_bbox_head", query, (width, width, SIDES)), anchors)
    return query, boxes, index


def placed(at: Writer, boxes: int, width: int, index: int) -> int:
    """Return what boxes add to queries (N, queries, width): one perceptron, whose weights all layers share."""
    suffix = f"_{index}" if index else ""
    return mlp(at, "query_pos_head", boxes, (2 * width, width), suffix)


def mlp(at: Writer, name: str, x: int, widths: tuple[int, ...], again: str = "") -> int:
    """Write out linear maps to these widths, with ReLU between them; again, with the weights of the first time."""
    for index, width in enumerate(widths):
        first = f"{name}.layers.{index}"
        x = at.linear(f"{first}{again}", x, width, shares=first if again else None)
        if index < len(widths) - 1:
            x = at.add(f"{name}.act_{index}{again}", activations.operator("ReLU"), x)
    return x


def layer(at: Writer, decoder: Decoder, x: int, boxes: int, feats: int, position: int) -> int:
    """Write out attention among queries, deformable attention to the maps, and a feed-forward, added and normed."""
    query = at.sum("query", x, position)
    y = attended(at.under("self_attn"), query, query, x, decoder.heads)
    x = at.add("norm1", LayerNorm(), at.sum("add", x, y))
    query = at.sum("query_1", x, position)
    y = deformed(at.under("cross_attn"), query, boxes, feats, decoder.maps, decoder.heads, decoder.points)
    x = at.add("norm2", LayerNorm(), at.sum("add_1", x, y))
    y = at.add("act", activations.operator("ReLU"), at.linear("linear1", x, decoder.hidden))
    return at.add("norm3", LayerNorm(), at.sum("add_2", x, at.linear("linear2", y, decoder.width)))


def refined(at: Writer, index: int, change: int, boxes: int) -> int:
    """Return boxes changed in the logits of their sides."""
    inner = at.under(f"refine.{index}")
    x = inner.add("clamp", Clamp(0.0, 1.0), boxes)
    above = inner.add("above", Clamp(min=1e-5), x)
    below = inner.add("below", Clamp(min=1e-5), inner.add("sub", Sub(constant=()), x))
    logit = inner.add("log", Log(), inner.add("div", Div(), above, below))
    return inner.add("sigmoid", Sigmoid(), inner.sum("add", change, logit))


def best(at: Writer, boxes: int, scores: int, nc: int) -> int:
    """Return the best of all queries' scores, with their boxes: (N, queries, 6)."""
    batch, number, _ = at.shape(boxes)
    flat = at.add("scores", Reshape((batch, number * nc)), scores)
    score, place = at.parts("topk_1", top(batch, number), flat)
    kind, row = divided(at, place)
    rows = looked_up(at, "boxes", boxes, row, (batch, number, SIDES))
    columns = [at.add(f"column_{i}", Reshape((batch, number, 1)), tensor) for i, tensor in enumerate((score, kind))]
    return at.concat("selected", (rows, *columns), 2)
