"""Options that commands share, and settings from pyproject.toml where the command line is silent."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from macflops.costs import BYTES
from macflops.errors import Location, SourceError, printable
from macflops.fusion import MODES
from macflops.network import Network
from macflops.wording import counted

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def network_options(command: Decorated) -> Decorated:
    """Add what decides which network a source holds."""
    options = [
        click.option("--set", "set_", multiple=True, metavar="NAME=VALUE", help="A parameter or symbolic dimension."),
        click.option("--variant", metavar="NAME", help="One of the file's variants."),
        click.option("--input-shape", multiple=True, metavar="[NAME=]1x3x224x224", help="The input's shape."),
        click.option("--batch", type=click.IntRange(1), metavar="N", help="The first dimension of every input."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def counting_options(command: Decorated) -> Decorated:
    """Add what decides which network is counted and how."""
    options = [
        network_options,
        click.option(
            "--dtype",
            type=click.Choice(list(BYTES)),
            default="float32",
            help="Type of the elements.",
            show_default=True,
        ),
        click.option(
            "--fusion", type=click.Choice(MODES), default="none", help="What the runtime merges.", show_default=True
        ),
        click.option("--strict", is_flag=True, help="Fail where an operator is not known."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def format_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """Add --format with these choices, and -o."""

    def add(command: Decorated) -> Decorated:
        chosen = click.option(
            "--format",
            "style",
            type=click.Choice(formats),
            default=formats[0],
            help="Output format.",
            show_default=True,
        )
        target = click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
        return chosen(target(command))

    return add


def count_arguments(options: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """Take the counting options out of a command's options, as arguments of `macflops.count`, with the limits set."""
    return {name: options.pop(name) for name in ("dtype", "fusion")} | network_arguments(options, tables)


def network_arguments(options: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """Take the network's options out of a command's options, as arguments of `macflops.load`, with the limits set."""
    arguments = {name: options.pop(name) for name in ("variant", "batch")}
    arguments["set"] = options.pop("set_")
    arguments["input_shape"] = options.pop("input_shape") or None
    arguments["limits"] = tables.get("limits")
    return arguments


def with_settings(source: str, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a command's options with settings where the command line gave none, and the settings without an option.

    Settings are `[tool.macflops]` of the nearest pyproject.toml, from the source's folder upward.
    """
    from macflops.settings import nearest

    settings = nearest(source)
    if settings is None:
        return options, {}
    context = click.get_current_context()
    known = {param.opts[-1].lstrip("-"): param for param in context.command.params if isinstance(param, click.Option)}
    for name, value in settings.options.items():
        param = known.get(name)
        if param is None or param.name is None:
            continue
        given = context.get_parameter_source(param.name)
        if given not in (click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP):
            if name == "set":  # each name by itself
                typed = {text.partition("=")[0].strip() for text in options[param.name]}
                others = (text for text in value if text.partition("=")[0].strip() not in typed)
                options[param.name] = (*others, *options[param.name])
            continue
        try:
            options[param.name] = param.type_cast_value(context, value)
        except click.BadParameter as error:
            what = f"tool.macflops.{name}: {error.message.rstrip('.')}"
            raise SourceError(Location(settings.file), what, f"see {context.command_path} --help") from None
    return options, settings.tables


def warn(network: Network, strict: bool) -> None:
    """Print a network's warnings to standard error; with `strict` an unknown operator is an error."""
    for location, text in network.warnings:
        click.echo(f"{printable(str(location))}: warning: {printable(text)}", err=True)
    if network.unsupported:
        listed = ", ".join(f"{u.op} ({counted(len(u.layers), 'layer')})" for u in network.unsupported)
        what = f"operators that macflops does not know: {listed}"
        if strict:
            raise SourceError(Location(network.source), what, "leave --strict out to count the rest")
        click.echo(f"{printable(network.source)}: warning: {printable(what)}", err=True)


def terminal_style() -> Callable[..., str]:
    """Return what colours text: click's on a terminal, unless NO_COLOR is set; plain text elsewhere."""
    from macflops.reports._layout import plain_style

    if sys.stdout is None:  # closed
        return plain_style
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return click.style if coloured else plain_style
