"""How large a source may be: each limit is a setting, and named by the error that it raises."""

from __future__ import annotations

from macflops.records import Record


class Limits(Record):
    """What `[tool.macflops.limits]` may set."""

    source: int = 100_000_000  # characters of a source
    aliases: int = 1_000_000  # YAML nodes that aliases stand for
    nesting: int = 100  # of YAML collections in each other, and of blocks, branches and repeats
    layers: int = 1_000_000  # rows of the network
    entries: int = 1_000_000  # entries that add no layer, unrolled: calls, repeats, what `when` leaves out
    repeats: int = 1_000_000  # times of one repeat
    magnitude: int = 10**18  # of any number


def over(name: str, limit: int) -> str:
    """Return the hint for what exceeds a limit: which setting it is."""
    return f"[tool.macflops.limits] {name} is {limit:,}"
