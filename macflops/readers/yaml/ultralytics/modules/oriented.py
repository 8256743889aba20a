"""The head that finds turned boxes."""

from __future__ import annotations

from macflops.ops.add import Add
from macflops.ops.cos import Cos
from macflops.ops.div import Div
from macflops.ops.mul import Mul
from macflops.ops.sigmoid import Sigmoid
from macflops.ops.sin import Sin
from macflops.ops.split import Split
from macflops.ops.sub import Sub
from macflops.readers.yaml.ultralytics.modules import module
from macflops.readers.yaml.ultralytics.modules.heads import Beside, Branch, beside, branches, means, whole
from macflops.readers.yaml.ultralytics.writer import Writer


@module(scaled=False, many=True)
def OBB(at: Writer, inputs: list[int], nc: int = 80, ne: int = 1) -> tuple[int, ...]:
    """Boxes with an angle, and classes: (N, 4 + nc + ne, positions)."""

    def angle(prefix: str) -> int:
        y = angles(at, inputs, ne, prefix)
        y = at.add(f"{prefix}angle_shift", Sub(constant=()), at.add(f"{prefix}angle_sigmoid", Sigmoid(), y))
        return at.add(f"{prefix}angle", Mul(constant=()), y)

    return oriented(at, inputs, nc, angle)


@module(scaled=False, many=True)
def OBB26(at: Writer, inputs: list[int], nc: int = 80, ne: int = 1) -> tuple[int, ...]:
    """OBB whose angles are what its towers give."""
    return oriented(at, inputs, nc, lambda prefix: angles(at, inputs, ne, prefix))


def angles(at: Writer, inputs: list[int], ne: int, prefix: str) -> int:
    """Write out the towers for angles."""
    return beside(at, inputs, max(at.width(inputs[0]) // 4, ne), ne, f"{prefix}cv4")


def oriented(at: Writer, inputs: list[int], nc: int, angle: Beside) -> tuple[int, ...]:
    """Write out a head whose boxes are turned by what it gives beside."""

    def decode(branch: Branch, corners: bool) -> int:
        assert branch.beside is not None
        return turned(at, branch.boxes, branch.beside)

    return whole(at, nc, branches(at, inputs, nc, angle), decode=decode)


def turned(at: Writer, boxes: int, angle: int) -> int:
    """Return boxes (N, 4·reg_max, positions) as centres, turned by the angle, and sides (N, 4, positions) in pixels."""
    distances = means(at.under("dfl"), boxes)
    positions = at.shape(distances)[2]
    before, after = at.parts("split", Split(2), distances)
    cosine, sine = at.add("cos", Cos(), angle), at.add("sin", Sin(), angle)
    halved = at.add("halve", Div(constant=()), at.add("sub", Sub(), after, before))
    x, y = at.parts("split_1", Split(2), halved)
    across = at.add("x", Sub(), at.add("mul", Mul(), x, cosine), at.add("mul_1", Mul(), y, sine))
    down = at.sum("y", at.add("mul_2", Mul(), x, sine), at.add("mul_3", Mul(), y, cosine))
    centre = at.add("add", Add(constant=(1, 2, positions)), at.concat("centre", (across, down)))
    box = at.concat("box", (centre, at.sum("add_1", before, after)))
    return at.add("mul_4", Mul(constant=(1, positions)), box)
