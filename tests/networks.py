"""Random networks for laws: chains, branches, residual additions, concatenations, splits and shuffles."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from macflops.errors import Location
from macflops.network import Builder, Network
from macflops.ops import find


class Writer:
    """Writes networks layer by layer with short calls; every layer has its own name."""

    def __init__(self, name: str = "test") -> None:
        self.builder = Builder(name, "test", "test")
        self.count = 0

    def input(self, *shape: int) -> int:
        """Add an input of this shape."""
        return self.builder.input(f"input_{len(self.builder.inputs)}", shape)

    def add(self, operator: str, *inputs: int, name: str | None = None, **fields: Any) -> int:
        """Add a layer of one output; return its tensor."""
        return self.add_many(operator, *inputs, name=name, **fields)[0]

    def add_many(self, operator: str, *inputs: int, name: str | None = None, **fields: Any) -> tuple[int, ...]:
        """Add a layer; return its tensors."""
        self.count += 1
        kind = find(operator)
        assert kind is not None
        return self.builder.add(name or f"{operator}_{self.count}", kind(**fields), inputs, Location("test"))

    def conv(self, x: int, out: int, k: int = 1, s: int = 1, g: int = 1, bias: bool = False, **more: Any) -> int:
        """Add a convolution with `same` padding."""
        fields: dict[str, Any] = {
            "kernel": (k, k),
            "stride": (s, s),
            "padding": ((k - 1) // 2,) * 4,
            "groups": g,
            "bias": bias,
        }
        return self.add("conv", x, out=out, **fields, **more)

    def channels(self, tensor: int) -> int:
        """Return the channels of a tensor."""
        return self.builder.shape(tensor)[1]

    def network(self, *outputs: int) -> Network:
        """Return the network."""
        return self.builder.network(outputs)


@st.composite
def networks(draw: st.DrawFn, most_steps: int = 8) -> Network:
    """Draw a network with a stem, some blocks of various kinds and a classifier."""
    w = Writer()
    x = w.input(draw(st.integers(1, 3)), 3, 17, 23)
    x = w.add("relu", w.add("bn", w.conv(x, draw(st.sampled_from([8, 12, 16])), 3, 2)))
    for _ in range(draw(st.integers(1, most_steps))):
        x = draw(blocks(w, x))
    x = w.add("flatten", w.add("global_avgpool", x))
    return w.network(w.add("linear", x, out=10))


@st.composite
def blocks(draw: st.DrawFn, w: Writer, x: int) -> int:
    """Draw one block behind a tensor; return its output."""
    kind = draw(st.sampled_from(["plain", "residual", "concat", "split", "depthwise", "grouped", "pool", "tapped"]))
    c, wide = w.channels(x), draw(st.sampled_from([4, 8, 12, 20]))
    if kind == "plain":
        return w.add("relu", w.add("bn", w.conv(x, wide, draw(st.sampled_from([1, 3])))))
    if kind == "residual":
        y = w.add("relu", w.add("bn", w.conv(x, wide)))
        y = w.add("bn", w.conv(y, c, 3))
        return w.add("relu", w.add("add", *draw(st.permutations([x, y]))))
    if kind == "concat":
        return w.add("concat", w.add("relu", w.conv(x, wide)), w.conv(w.conv(x, 4), wide, 3), x)
    if kind == "split" and c % 2 == 0:
        left, right = w.add_many("split", x, parts=2)
        right = w.add("relu", w.add("bn", w.conv(right, c // 2)))
        return w.add("shuffle", w.add("concat", left, right), groups=2)
    if kind == "depthwise":
        y = w.add("dwconv", x, kernel=(3, 3), padding=(1,) * 4, bias=False)
        return w.conv(w.add("relu", w.add("bn", y)), wide, bias=True)
    if kind == "grouped" and c % 4 == 0:
        return w.conv(w.add("shuffle", w.conv(x, 8, g=4), groups=4), wide, g=2)
    if kind == "tapped":
        y = w.conv(x, wide)
        return w.add("mul", w.add("sigmoid", y), w.add("dropout", y))
    return w.add("maxpool", x, kernel=(2, 2), stride=(1, 1), padding=(1, 1, 0, 0))
