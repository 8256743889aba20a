"""A sweep over convolutions: the operator's own formula, on arrays that broadcast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from macflops.costs import BYTES
from macflops.errors import Location, SourceError
from macflops.ops.conv import Conv
from macflops.spelling import did_you_mean
from macflops.sweeps.axes import Axis

DEFAULTS = {"N": 1, "g": 1, "k": 1, "s": 1}
PARAMS = ("N", "c1", "c2", "g", "k", "s", "h", "w")
QUANTITIES = ("params", "mult_adds", "flops", "mac_elements", "mac_bytes", "arithmetic_intensity")
LARGEST = 2**63 - 1  # of int64


def completed(axes: tuple[Axis, ...]) -> dict[str, int]:
    """Return the parameters that no axis has, with their values. Raises SourceError on what is no parameter."""
    names = {axis.name for axis in axes}
    for axis in axes:
        if axis.name not in PARAMS:
            raise SourceError(Location("--over"), f"a convolution has no {axis.name}", did_you_mean(axis.name, PARAMS))
        for value in axis.values:
            if type(value) is not int or value < 1:
                what = f"{axis.name} is {value!r}"
                raise SourceError(Location("--over"), what, "it has to be a whole number from 1")
    for name in ("c1", "c2", "h"):
        if name not in names:
            raise SourceError(Location("--over"), f"{name} is missing", f"give --over {name}=…, or name a SOURCE")
    return {name: value for name, value in DEFAULTS.items() if name not in names}


def cost(values: Mapping[str, Any]) -> Any:
    """Return the operator's cost: output h x w (w: h, unless given), input s·h x s·w, k x k, no bias."""
    v = values
    h, w = v["h"], v.get("w", v["h"])
    conv = Conv(v["c2"], (v["k"], v["k"]), (v["s"], v["s"]), groups=v["g"], bias=False)
    return conv.cost((v["N"], v["c1"], v["s"] * h, v["s"] * w), (v["N"], v["c2"], h, w))


def fits(axes: tuple[Axis, ...], fixed: Mapping[str, int], dtype: str) -> bool:
    """Tell whether every number stays within int64, by the largest corner in Python's integers."""
    corner = {axis.name: max(axis.values) for axis in axes} | dict(fixed)
    corner["g"] = min((min(axis.values) for axis in axes if axis.name == "g"), default=fixed.get("g", 1))
    most = cost(corner)
    return bool(max(2 * most.mult_adds, max(4, BYTES[dtype]) * most.mac) * corner["g"] <= LARGEST)


def evaluate(
    axes: tuple[Axis, ...], fixed: Mapping[str, int], dtype: str, wanted: tuple[str, ...], exact: bool
) -> tuple[dict[str, Any], Any]:
    """Return the wanted quantities, and where g divides both widths: arrays with a dimension for each axis.

    The longest axis runs fastest in memory, whichever it is. Exact arrays hold Python's integers, however large.
    """
    order = sorted(range(len(axes)), key=lambda i: len(axes[i].values))
    kind: Any = object if exact else np.int64
    values: dict[str, Any] = dict(fixed)
    for place, i in enumerate(order):
        shape = [1] * len(axes)
        shape[place] = -1
        values[axes[i].name] = np.array(axes[i].values, dtype=kind).reshape(shape)
    found = cost(values)
    g = values["g"]
    divides = (values["c1"] % g == 0) & (values["c2"] % g == 0)
    back = np.argsort(order)

    def placed(array: Any) -> Any:
        array = np.asarray(array)
        return array.transpose(back) if array.ndim == len(axes) else array

    return {name: placed(quantity(found, name, BYTES[dtype])) for name in wanted}, placed(divides)


def refusal(values: Mapping[str, Any]) -> SourceError:
    """Return why a convolution cannot be built: its groups leave a remainder of one of its widths, or both."""
    g = values["g"]
    widths = " and ".join(f"{name}={values[name]}" for name in ("c1", "c2") if values[name] % g)
    return SourceError(Location("--over"), f"g={g} does not divide {widths}", "give groups that divide both widths")


def quantity(found: Any, name: str, width: int) -> Any:
    """Return one of a cost's quantities by name; width is bytes per element."""
    if name == "mac_elements":
        return found.mac
    if name == "mac_bytes":
        return width * found.mac
    if name == "flops":
        return 2 * found.mult_adds
    if name == "arithmetic_intensity":
        return (2 * found.mult_adds) / (width * found.mac)
    return getattr(found, name)
