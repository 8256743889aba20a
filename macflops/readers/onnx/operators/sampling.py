"""What reads an image at places that other tensors name: between pixels, in regions, by offsets."""

from __future__ import annotations

from macflops.arithmetic import Dim, differ, is_integer, size
from macflops.ops._windowed import windows
from macflops.readers.onnx.operators._common import Ints, integers
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


def GridSample(
    at: Place, x: Value, grid: Value, *, align_corners: int = 0, mode: str = "linear", padding_mode: str = "zeros"
) -> Value:
    """x (N, c, …sides) at the places of a grid (N, …out, number of sides): y (N, c, …out). A copy, as resizing is."""
    sides = len(x.sides) - 2
    last = grid.sides[-1] if grid.sides else 0
    if sides < 1 or len(grid.sides) != sides + 2 or (is_integer(last) and last != sides):
        raise at.wrong(f"a grid of shape {list(grid.sides)} over {list(x.sides)}", "its last dimension names a place")
    shape = (*x.sides[:2], *grid.sides[1:-1])
    return at.computed(x, grid, outputs=[shape], dtypes=[x.dtype], kind="Moved", mode=mode)[0]


def AffineGrid(at: Place, theta: Value, shape: Value, *, align_corners: int = 0) -> Value:
    """The grid (N, …sides, s) of matrices theta (N, s, s + 1): a product with the places of all pixels."""
    n, _, *sides = integers(at, shape, "size")
    count = len(sides)
    made: tuple[Dim, ...] = (n, *sides, count)
    if len(theta.sides) != 3:
        raise at.wrong(f"matrices of shape {list(theta.sides)}", f"they are (N, {count}, {count + 1})")
    places = size(sides) * (count + 1)
    more = {"role": "matmul", "mult_adds": n * size(sides) * count * (count + 1), "weights": places}
    return at.computed(theta, outputs=[made], dtypes=[theta.dtype], more=more)[0]


def regions(at: Place, x: Value, rois: Value, sides: tuple[Dim, ...], *indices: Value) -> Value:
    """Add a pooling of regions of x (N, c, h, w): y (regions, c, …sides)."""
    if len(x.sides) != 4 or len(rois.sides) != 2 or len(sides) != 2:
        raise at.wrong(f"regions of shape {list(rois.sides)} of {list(x.sides)}", "images have two sides here")
    shape = (rois.sides[0], x.sides[1], *sides)
    return at.computed(x, rois, *indices, outputs=[shape], dtypes=[x.dtype], more={"role": "pool"}, out=sides)[0]


def RoiAlign(
    at: Place,
    x: Value,
    rois: Value,
    batch_indices: Value,
    *,
    coordinate_transformation_mode: str = "half_pixel",
    mode: str = "avg",
    output_height: int = 1,
    output_width: int = 1,
    sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Value:
    """x (N, c, h, w) in regions (R, 4): y (R, c, output_height, output_width)."""
    return regions(at, x, rois, (output_height, output_width), batch_indices)


def MaxRoiPool(at: Place, x: Value, rois: Value, *, pooled_shape: Ints, spatial_scale: float = 1.0) -> Value:
    """x (N, c, h, w) in regions (R, 5): y (R, c, …pooled_shape)."""
    return regions(at, x, rois, pooled_shape)


def DeformConv(
    at: Place,
    x: Value,
    w: Value,
    offset: Value,
    b: Value | None = None,
    mask: Value | None = None,
    *,
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    offset_group: int = 1,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Value:
    """x (N, c1, …sides), w (c2, c1/group, …kernel), and where each tap reads: y (N, c2, …sides).

    Mult-adds are those of a convolution; offsets and mask are read.
    """
    kernel = w.sides[2:]
    ones = (1,) * len(kernel)
    if not kernel or len(x.sides) != len(w.sides) or any(map(differ, kernel_shape or kernel, kernel)):
        raise at.wrong(f"weights of shape {list(w.sides)} on {list(x.sides)}", "both have two dimensions and the sides")
    if group < 1 or differ(x.sides[1], w.sides[1] * group):
        what = f"an input of shape {list(x.sides)} under weights of shape {list(w.sides)} in {group} groups"
        raise at.wrong(what, "channels have to be the weights' times the groups")
    padding = pads or (0,) * (2 * len(kernel))
    sides = windows(x.sides[2:], kernel, strides or ones, dilations or ones, padding)
    own = size(w.sides) + (0 if b is None else size(b.sides))
    more = {
        "role": "matmul",
        "mult_adds": x.sides[0] * size(sides) * size(w.sides),
        "weights": own,
        "params": own,
    }
    inputs = [value for value in (x, offset, mask) if value is not None]
    shape = (x.sides[0], w.sides[0], *sides)
    return at.computed(
        *inputs,
        outputs=[shape],
        dtypes=[x.dtype],
        kind="Computed",
        more=more,
        weights=(w, b),
        kernel=kernel,
        groups=group,
    )[0]
