"""`macflops export`: writes a network as native YAML or ONNX."""

from __future__ import annotations

from typing import Any

import click

import macflops
from macflops.cli._options import network_arguments, network_options, warn, with_settings
from macflops.cli._output import write
from macflops.errors import Location, SourceError
from macflops.files import write_bytes
from macflops.network import Network
from macflops.writers import writer_of, written


@click.command(short_help="Write a network as native YAML or ONNX.")
@click.argument("source")
@click.option("-o", "--output", metavar="FILE", help="Write to a .yaml or .onnx file.  [default: YAML, printed]")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="For the random weights of ONNX.  [default: 0]")
@click.option("--advised", is_flag=True, help="Write what the advice makes of it.")
@network_options
def command(source: str, **options: Any) -> None:
    """Write SOURCE as native YAML, or as an ONNX graph with random weights that runs."""
    options, tables = with_settings(source, options)
    output, seed = options["output"], options["seed"]
    output = None if output == "-" else output
    writer = "yaml" if output is None else writer_of(output)
    if writer == "yaml" and seed is not None:
        raise SourceError(Location("--seed"), "native YAML holds no weights", "leave --seed out, or write .onnx")
    network = macflops.load(source, **network_arguments(options, tables))
    warn(network, strict=True)
    if options["advised"]:
        network = advised(network, tables)
    data = written(network, writer, **({} if seed is None else {"seed": seed}))
    if output is None:
        write(data.decode().rstrip("\n"), None)
    else:
        write_bytes(data, output)


def advised(network: Network, tables: dict[str, Any]) -> Network:
    """Return what the advice makes of a network. Raises SourceError where there is none."""
    from macflops.settings import machine, thresholds

    advice = macflops.audit(
        network, thresholds=thresholds(tables), hold=tables.get("advice"), machine=machine(tables)
    ).advice
    if advice is None or not advice.steps:
        why = f"; no {advice.refused[0].rewrite}: {advice.refused[0].text_and_why}" if advice and advice.refused else ""
        raise SourceError(Location(network.source), f"no advice is given for this network{why}", "leave --advised out")
    return advice.network
