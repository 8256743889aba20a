"""`macflops figures`: all figures of the repository."""

from __future__ import annotations

import os
import sys

import click

from macflops.errors import Location, SourceError
from macflops.files import write_bytes


@click.command(short_help="Draw all figures of the repository.")
@click.option("-o", "--output", default="figures", metavar="DIR", help="The folder.", show_default=True)
@click.option("--check", is_flag=True, help="Write nothing; status 1 where a file is not what the code draws.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this figure.")
def command(output: str, check: bool, only: tuple[str, ...]) -> None:
    """Draw all figures of the repository: SVG, PNG for light and dark pages, and the data of each as CSV.

    With --check they are compared with those in the folder: tables number by number, pictures as an eye would.
    """
    from macflops.plots import gallery
    from macflops.spelling import did_you_mean

    known = {figure.name: figure for figure in gallery.FIGURES}
    for name in only:
        if name not in known:
            raise SourceError(Location("--only"), f"no figure {name!r}", did_you_mean(name, known, "use one of"))
    figures = [known[name] for name in only] or list(gallery.FIGURES)
    if check and not os.path.isdir(output):
        raise SourceError(Location(output), "is no folder", "draw the figures first: macflops figures -o DIR")
    if not check:
        try:
            os.makedirs(output, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SourceError(Location(output), f"cannot be written: {reason}", "name another folder") from None
    faults = gallery.orphans(output) if check and not only else []
    shown = not sys.stderr.isatty()
    with click.progressbar(figures, file=sys.stderr, hidden=shown, label="figures") as bar:
        for figure in bar:
            if check:
                faults += [fault for fault in gallery.differences(output, figure) if fault not in faults]
                continue
            for name, content in gallery.Drawn(figure).files():
                write_bytes(content, os.path.join(output, name))
    for fault in faults:
        click.echo(os.path.join(output, fault))
    if faults:
        sys.exit(1)
