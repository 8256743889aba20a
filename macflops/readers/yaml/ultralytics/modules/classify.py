"""The head of classifiers."""

from __future__ import annotations

from macflops.ops.flatten import Flatten
from macflops.ops.global_avgpool import GlobalAvgPool
from macflops.ops.linear import Linear
from macflops.ops.softmax import Softmax
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.writer import Writer

WIDTH = 1280  # of the convolution before the mean, at every scale


@module(scaled=False, many=True)
def Classify(at: Writer, inputs: list[int], c2: int, k: int = 1, s: int = 1, p: int | None = None, g: int = 1) -> int:
    """A convolution, the mean of each channel, a linear layer, softmax."""
    x = at.concat("concat", inputs) if len(inputs) > 1 else inputs[0]
    x = at.add("pool", GlobalAvgPool(), at.conv("conv", x, WIDTH, k, s, p, g))
    return at.add("softmax", Softmax(1), at.add("linear", Linear(c2), at.add("flatten", Flatten(), x)))
