"""Efficient layer aggregation: all that a chain gives goes into one pointwise convolution.

Source: YOLOv9 (Wang et al. 2024), section 4.2, figure 4.
"""

from __future__ import annotations

from macflops.ops.maxpool import MaxPool
from macflops.ops.split import Split
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.repvgg import double
from macflops.readers.yaml.ultralytics.writer import Writer


@module()
def SPPELAN(at: Writer, x: int, c2: int, c3: int, k: int = 5) -> int:
    """Three poolings in series, all kept."""
    kept = [at.conv("cv1", x, c3)]
    for index in (2, 3, 4):
        kept.append(at.add(f"cv{index}", MaxPool((k, k), (1, 1), padding=(k // 2,) * 4), kept[-1]))
    return at.conv("cv5", at.concat("concat", kept), c2)


@module()
def RepNCSPELAN4(at: Writer, x: int, c2: int, c3: int, c4: int, n: int = 1) -> int:
    """Two stages of n bottlenecks with a 3x3 convolution each, all kept."""
    kept = list(at.parts("split", Split(2), at.conv("cv1", x, c3)))
    for name in ("cv2", "cv3"):
        y = stage(at.under(f"{name}.0"), kept[-1], c4, at.times(n))
        kept.append(at.conv(f"{name}.1", y, c4, 3))
    return at.conv("cv4", at.concat("concat", kept), c2)


@module()
def ELAN1(at: Writer, x: int, c2: int, c3: int, c4: int) -> int:
    """The same with a single 3x3 convolution for each stage."""
    kept = list(at.parts("split", Split(2), at.conv("cv1", x, c3)))
    for name in ("cv2", "cv3"):
        kept.append(at.conv(name, kept[-1], c4, 3))
    return at.conv("cv4", at.concat("concat", kept), c2)


def stage(at: Writer, x: int, c2: int, n: int) -> int:
    """Write out C3 with bottlenecks whose first convolution is a double one."""
    hidden = c2 // 2
    y = at.conv("cv1", x, hidden)
    for index in range(n):
        inner = at.under(f"m.{index}")
        y = inner.sum("add", y, inner.conv("cv2", double(inner.under("cv1"), y, hidden), hidden, 3))
    return at.conv("cv3", at.concat("concat", (y, at.conv("cv2", x, hidden))), c2)
