"""Lines of up to 80 columns, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from macflops.report import plain
from macflops.wording import percent

WIDTH = 80

Style: TypeAlias = Callable[..., str]  # colours a piece of text, as click.style does

COLOURS: dict[str, dict[str, Any]] = {
    "error": {"fg": "red"},
    "warning": {"fg": "yellow"},
    "note": {"dim": True},
    "ok": {"fg": "green"},
}


def plain_style(text: str, **_: Any) -> str:
    """Return text as it is."""
    return text


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    """Return text on lines of up to 80 columns, broken at single spaces; lines after the first with another indent."""
    hanging = indent if hanging is None else hanging
    lines = [indent]
    started = False  # whether the last line holds a word
    for word in text.split(" "):
        if started and len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(hanging)
            started = False
        lines[-1] += f" {word}" if started else word
        started = True
    return [line.rstrip() for line in lines]


def sized(shape: Sequence[Any]) -> str:
    """Return a shape as 1x3x224x224; what is neither a number nor a name stands in brackets."""
    texts = (str(plain(dimension)) for dimension in shape)
    return "x".join(text if text.isalnum() or text.isidentifier() else f"({text})" for text in texts)


def across(left: str, right: str) -> str:
    """Return the spaces that put the second text at the right border of the line on which the first one stands."""
    return " " * max(2, WIDTH - len(left) - len(right))


def bars(shares: Sequence[tuple[str, float]]) -> Iterator[str]:
    """Yield shares with bars, as many on a line as fit below each other."""
    cells = [(f"{kind} {percent(share, 1)}", "█" * round(40 * share)) for kind, share in shares]
    label = max(len(text) for text, _ in cells)
    bar = max(len(drawn) for _, drawn in cells)
    columns = max(1, (WIDTH - 4 + 3) // (label + 2 + bar + 3))
    for start in range(0, len(cells), columns):
        line = "   ".join(f"{text:{label}}  {drawn:{bar}}" for text, drawn in cells[start : start + columns])
        yield f"    {line}".rstrip()
