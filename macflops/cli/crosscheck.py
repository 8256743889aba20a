"""`macflops crosscheck`: what ran against what was predicted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from macflops.api import assignments, shapes
from macflops.cli._options import format_option
from macflops.cli._output import write
from macflops.crosscheck import BATCHES, SIZES, Comparison, check, networks
from macflops.errors import Location, SourceError


@click.command(short_help="Compare what runs in NumPy with what is counted.")
@click.argument("source")
@click.option("--set", "set_", multiple=True, metavar="paper=1", help="The paper's reading of V2.")
@click.option("--input-shape", metavar="1x3x224x224", help="The input's shape.")
@click.option("--batch", type=click.IntRange(1), metavar="N", help="The first dimension of the input.")
@format_option("text", "json")
@click.pass_context
def command(context: click.Context, /, source: str, style: str, output: str | None, **options: Any) -> None:
    """Run a ShuffleNet of the zoo in NumPy and compare what ran with what was predicted, layer by layer.

    SOURCE is zoo:NAME, or `all`: every one, in both readings, at four sizes and two batches.
    """
    cases = list(every_case() if source == "all" else one_case(source, **options))
    comparisons = []
    with click.progressbar(cases, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for name, shape, paper in bar:
            comparisons.append(check(name, shape, paper))
    if style == "json":
        write(json.dumps([document(comparison) for comparison in comparisons], indent=2), output)
    else:
        write("\n".join(line for comparison in comparisons for line in lines(comparison)), output)
    context.exit(0 if all(comparison.agrees for comparison in comparisons) else 1)


def every_case() -> Iterator[tuple[str, tuple[int, int, int, int], bool]]:
    """Yield every network, in each reading, at each size and batch."""
    for name, paper in networks():
        for size in SIZES:
            for batch in BATCHES:
                yield name, (batch, 3, size, size), paper


def one_case(
    source: str, set_: tuple[str, ...], input_shape: str | None, batch: int | None
) -> Iterator[tuple[str, tuple[int, int, int, int], bool]]:
    """Yield the network of one source, at the shape that is asked for."""
    if not source.startswith("zoo:"):
        raise SourceError(Location(source), "only networks of the zoo have a reference", "write zoo:NAME, or all")
    settings = assignments(set_)
    if settings.keys() - {"paper"}:
        raise SourceError(Location("set"), f"{min(settings)} is no setting of a reference", "only paper=0 or 1 is")
    given = [side for side in (shapes(input_shape) or {None: (1, 3, 224, 224)})[None] if isinstance(side, int)]
    if len(given) != 4 or given[1] != 3 or min(given[2:]) < 32:
        raise SourceError(Location("input-shape"), f"{input_shape} does not fit", "write 1x3x224x224, sides from 32 up")
    shape = (given[0] if batch is None else batch, *given[1:])
    yield source.removeprefix("zoo:"), shape, str(settings.get("paper", 0)) in ("1", "True")  # type: ignore[misc]


def lines(comparison: Comparison) -> Iterator[str]:
    """Yield the agreement in a line, or the first difference and how many more there are."""
    shape = "x".join(map(str, comparison.shape))
    name = f"{comparison.network}{' paper=1' if comparison.paper else ''}"
    if comparison.agrees:
        sums = f"{comparison.executed['mult_adds']:,} mult-adds"
        yield f"{name:26} {shape:11} agrees: {comparison.layers} layers, {sums}"
        return
    more = len(comparison.differences) - 1
    tail = f" (and {more} more)" if more else ""
    yield f"{name:26} {shape:11} DIFFERS  {comparison.differences[0]}{tail}"


def document(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON has it."""
    return {
        "network": comparison.network,
        "paper": comparison.paper,
        "shape": list(comparison.shape),
        "layers": comparison.layers,
        "agrees": comparison.agrees,
        "executed": comparison.executed,
        "differences": [difference._asdict() for difference in comparison.differences],
    }
