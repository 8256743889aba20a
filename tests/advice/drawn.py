"""Networks for the laws of advice: those that all tests draw, and others whose blocks invite each rewrite."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from macflops.network import Network
from tests.networks import Writer
from tests.networks import blocks as any_block


@st.composite
def inviting(draw: st.DrawFn, most_stages: int = 3) -> Network:
    """Draw a network of stages with grouped bottlenecks, wide and narrow widths, splits, and pools behind 1x1."""
    w = Writer()
    x = w.input(1, 3, 32, 48)
    x = w.add("relu", w.add("bn", w.conv(x, draw(st.sampled_from([8, 12, 16, 24])), 3, 2)))
    for _ in range(draw(st.integers(1, most_stages))):
        width = draw(st.sampled_from([16, 24, 32, 48, 64]))
        kinds = st.sampled_from(["grouped", "bottleneck", "inverted", "dense", "halves", "any"])
        kind, times = draw(kinds), draw(st.integers(1, 3))
        x = w.add("relu", w.add("bn", w.conv(x, width, draw(st.sampled_from([1, 3])))))
        middle = draw(st.sampled_from([8, 16, 24, 64, 96]))
        for _ in range(times):
            x = draw(any_block(w, x)) if kind == "any" else unit(w, x, kind, middle)
        if min(w.builder.shape(x)[2:]) > 3 and draw(st.booleans()):
            x = w.conv(x, draw(st.sampled_from([16, 32])), bias=draw(st.booleans()))
            x = w.add("bn", x) if draw(st.booleans()) else x
            x = w.add("avgpool", x, kernel=(2, 2)) if draw(st.booleans()) else w.add("adaptive_avgpool", x, out=(3, 5))
        elif min(w.builder.shape(x)[2:]) > 6:
            x = w.add("maxpool", x, kernel=(2, 2))
    x = w.add("flatten", w.add("global_avgpool", x))
    return w.network(w.add("linear", x, out=10))


def unit(w: Writer, x: int, kind: str, middle: int) -> int:
    """Write one unit of a stage; return its output, as wide as its input but for dense ones."""
    c = w.channels(x)

    def conv(tensor: int, out: int, k: int = 1, **more: Any) -> int:
        return w.add("relu", w.add("bn", w.conv(tensor, out, k, **more)))

    if kind == "grouped":
        y = w.add("shuffle", conv(x, middle, g=4 if c % 4 == 0 == middle % 4 else 1), groups=2)
        y = w.add("bn", w.add("dwconv", y, kernel=(3, 3), padding=(1,) * 4, bias=False))
        return w.add("relu", w.add("add", x, w.conv(y, c, g=4 if c % 4 == 0 == middle % 4 else 1)))
    if kind == "bottleneck":
        return w.add("add", w.conv(conv(conv(x, middle), middle, 3), c), x)
    if kind == "inverted":
        y = w.add("relu", w.add("dwconv", conv(x, 4 * c), kernel=(3, 3), padding=(1,) * 4))
        return w.add("add", x, w.conv(y, c))
    if kind == "dense":
        return w.add("concat", x, conv(conv(x, middle), 8, 3))
    left, right = w.add_many("split", x, parts=2)
    return w.add("shuffle", w.add("concat", left, conv(right, c // 2)), groups=2)
