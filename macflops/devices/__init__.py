"""What devices can do at most: arithmetic per second and bytes per second, and the roofline that both make."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from macflops.errors import Location, SourceError
from macflops.spelling import did_you_mean

FOLDER = os.path.dirname(__file__)
KEYS = ("title", "flops", "bandwidth", "source", "derived")
LARGEST = 1 << 16  # bytes of a file


class Device(NamedTuple):
    """A device's published peaks: flops per second by element type, bytes per second to its main memory."""

    name: str
    title: str
    flops: Mapping[str, float]
    bandwidth: float
    source: str
    derived: str = ""  # what was worked out from the published figures, and how

    def ridge(self, dtype: str) -> float:
        """Return the arithmetic intensity, in flops per byte, from which on arithmetic is the limit."""
        return self.flops[dtype] / self.bandwidth

    def attainable(self, intensity: float, dtype: str) -> float:
        """Return the flops per second under the roofline at an arithmetic intensity in flops per byte.

        Source: Williams, Waterman and Patterson 2009, Roofline, figure 1.
        """
        return min(self.flops[dtype], self.bandwidth * intensity)

    def seconds(self, flops: float, moved: float, dtype: str) -> float:
        """Return the least time for so many flops and bytes, each at its peak and both at once."""
        return max(flops / self.flops[dtype], moved / self.bandwidth)


def names() -> tuple[str, ...]:
    """Return the names of the devices that ship."""
    return tuple(sorted(name.removesuffix(".yaml") for name in os.listdir(FOLDER) if name.endswith(".yaml")))


def find(device: str) -> Device:
    """Return a device by name, or from a YAML file that describes one. Raises SourceError where there is none."""
    known = device.lower().replace("-", "_")
    if known in names():
        return read(os.path.join(FOLDER, f"{known}.yaml"), known)
    if device.endswith((".yaml", ".yml")):
        return read(device, os.path.splitext(os.path.basename(device))[0])
    hint = did_you_mean(device, names(), "name a file, or one of")
    raise SourceError(Location("--device"), f"no device {device!r}", hint)


def read(path: str, name: str) -> Device:
    """Read a device's file. Raises SourceError where it is none."""
    import yaml

    place = Location(path)
    try:
        with open(path, "rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise SourceError(place, "too large for a device", "a device is a few lines")
        found = yaml.safe_load(text)
    except OSError as error:
        raise SourceError(place, f"cannot be read: {(error.strerror or str(error)).lower()}", "name a file") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(place, "no YAML", "write it as macflops/devices/gtx_1080_ti.yaml") from None
    if not isinstance(found, dict):
        raise SourceError(place, "no mapping", f"give {', '.join(KEYS[:3])}")
    for key in found:
        if key not in KEYS:
            raise SourceError(place, f"{key!r} is no key of a device", did_you_mean(str(key), KEYS))
    peaks = found.get("flops")
    if not isinstance(peaks, dict) or not peaks:
        raise SourceError(place, "flops is no mapping", "write flops: {float32: 11.3e12}, in flops per second")
    flops = {str(dtype): positive(place, f"flops.{dtype}", peak) for dtype, peak in peaks.items()}
    bandwidth = positive(place, "bandwidth", found.get("bandwidth"))
    texts = {key: str(found.get(key) or "") for key in ("title", "source", "derived")}
    return Device(name, texts["title"][:80] or name, flops, bandwidth, texts["source"], texts["derived"])


def positive(place: Location, key: str, value: Any) -> float:
    """Return a value as a positive number: YAML reads 4e9 as text. Raises SourceError where it is none."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        number = 0.0
    if not 0 < number < 1e30:
        raise SourceError(place, f"{key} is {value!r}", "it has to be a positive number, per second")
    return number
