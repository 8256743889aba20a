"""`macflops schema`: prints the published JSON Schemas."""

from __future__ import annotations

import json

import click

from macflops.cli._output import write
from macflops.errors import Location, SourceError
from macflops.schemas import find, names


@click.command(short_help="Print the published JSON Schemas.")
@click.argument("name", required=False)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
def command(name: str | None, output: str | None) -> None:
    """List the JSON Schemas, or print the one of this NAME: network (the YAML format), audit, count, …"""
    if name is None:
        write("\n".join(names()), output)
    elif name not in names():
        raise SourceError(Location("schema"), f"no schema {name!r}", f"use one of {', '.join(names())}")
    else:
        write(json.dumps(find(name), indent=2, ensure_ascii=False), output)
