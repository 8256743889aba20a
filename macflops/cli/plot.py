"""`macflops plot`: one figure, to a file."""

from __future__ import annotations

import os
from typing import Any

import click

from macflops.cli._options import count_arguments, counting_options, warn, with_settings
from macflops.cli._output import write
from macflops.errors import Location, SourceError
from macflops.files import write_bytes
from macflops.reports._layout import wrapped

SUFFIXES = ("png", "svg", "pdf", "csv")


@click.command(short_help="Draw a figure; without a KIND, list them.")
@click.argument("kind", required=False)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("-o", "--output", metavar="FILE", help="A .png, .svg, .pdf, or .csv or - for the data.")
@click.option("--light/--dark", "light", default=True, help="For a light or a dark page.", show_default=True)
@click.option("--device", metavar="NAME", help="roofline: a device, or a file that describes one.")
@click.option("--block", metavar="NAME", help="fragments: a block; without, the most fragmented.")
@click.option("--over", multiple=True, metavar="NAME=VALUES", help="sweep: what varies, as for macflops sweep.")
@click.option("-x", "x", metavar="QUANTITY", help="sweep: across.")
@click.option("-y", "y", metavar="QUANTITY", help="sweep: upward.")
@click.option("--pareto", is_flag=True, default=None, help="sweep: the Pareto front of x and y, not lines.")
@click.option("--side", type=click.IntRange(1, 10_000), metavar="N", help="heatmap: h = w.")
@click.option("--channels", type=click.IntRange(1), metavar="N", help="shuffle: channels.")
@click.option("--groups", type=click.IntRange(1), metavar="N", help="shuffle: groups.")
@counting_options
def command(kind: str | None, sources: tuple[str, ...], output: str | None, light: bool, **options: Any) -> None:
    """Draw a KIND of figure, of SOURCE where it takes one; without KIND, list them.

    The figure's title is what its data say, which is printed, too.

    \b
      macflops plot groups -o groups.svg
      macflops plot roofline model.yaml --device t4 -o roofline.png --dark
      macflops plot sweep --over c1=16:256:16 --over c2=64 --over h=28 \\
        -x mac_bytes -y arithmetic_intensity
    """
    from macflops.plots import find, names

    if kind is None:
        write("\n".join(line for name in names() for line in listed(name, find(name))), output)
        return
    found = find(kind)
    check_sources(kind, found.source, sources)
    target = output if output is not None else f"{kind}.png"
    suffix = "csv" if target == "-" else os.path.splitext(target)[1].lower().lstrip(".")
    if suffix not in SUFFIXES:
        hint = f"use {', '.join(f'.{name}' for name in SUFFIXES[:-1])} or .{SUFFIXES[-1]}"
        raise SourceError(Location("--output"), f"{target!r} does not end as a figure", hint)
    if output is None and os.path.lexists(target):
        raise SourceError(Location(target), "is there already", "name a file with -o")
    arguments = chosen(kind, found, sources, options)
    opened = sources if kind == "sweep" else tuple(read(source, arguments) for source in sources)
    if opened and kind != "sweep":  # it has been read: what decides which network it is has been heard
        arguments = {name: arguments[name] for name in arguments if name not in ("set", "variant", "input_shape")}
        arguments = {name: arguments[name] for name in arguments if name not in ("batch", "limits")}
    arguments.pop("strict", None)
    table = found.data(*opened, **arguments)
    finding = found.finding(table).replace("\u00a0", " ")
    if target == "-":
        write(table.csv().rstrip("\n"), None)
    elif suffix == "csv":
        write_bytes(table.csv().encode(), target)
    else:
        write_bytes(found.draw(table, dark=not light).written(suffix), target)  # type: ignore[attr-defined]
    click.echo(finding if target == "-" else f"{target}: {finding}", err=target == "-")


def listed(name: str, kind: Any) -> list[str]:
    """Return a kind's lines in the list."""
    takes = {"none": "", "one": "SOURCE", "optional": "[SOURCE]", "some": "[SOURCE …]"}[kind.source]
    head = f"{name:9} {takes:11} "
    return wrapped(kind.summary, head, " " * len(head))


def check_sources(kind: str, takes: str, sources: tuple[str, ...]) -> None:
    """Raise SourceError where there are more sources than a kind takes, or none where it wants one."""
    if takes == "one" and not sources:
        raise SourceError(Location(f"plot {kind}"), "it draws a network", "name a SOURCE: a file, or zoo:resnet50")
    most = {"none": 0, "one": 1, "optional": 1, "some": 12}[takes]
    if len(sources) > most:
        hint = f"leave out {sources[most]}"
        raise SourceError(
            Location(f"plot {kind}"), f"it takes {('no', 'one')[most] if most < 2 else most} SOURCE", hint
        )


def chosen(kind: str, found: Any, sources: tuple[str, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given as arguments of a kind. Raises SourceError on one that it does not take."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    typed = {name for name in options if context.get_parameter_source(name) != default}
    tables: dict[str, Any] = {}
    if sources:
        options, tables = with_settings(sources[0], options)
    own = {
        name: options.pop(name)
        for name in ("device", "block", "over", "x", "y", "pareto", "side", "channels", "groups")
    }
    strict = options.pop("strict")
    counting = count_arguments(options, tables)
    given = {name: value for name, value in (own | counting).items() if value is not None and value != ()}
    takes = set(found.options)
    for name in typed - {"strict"}:
        name = name.rstrip("_")
        if name not in takes:
            flag = f"-{name}" if len(name) == 1 else f"--{name.replace('_', '-')}"
            raise SourceError(Location(flag), f"plot {kind} does not take it", "see macflops plot --help")
    if not sources and kind == "sweep":
        given = {name: value for name, value in given.items() if name != "fusion"}
    return {name: value for name, value in given.items() if name in takes} | {"strict": strict}


def read(source: str, arguments: dict[str, Any]) -> Any:
    """Read a network, with its warnings on standard error."""
    from macflops import api

    names = ("set", "variant", "input_shape", "batch", "limits")
    network = api.load(source, **{name: arguments[name] for name in names if name in arguments})
    warn(network, arguments["strict"])
    return network
