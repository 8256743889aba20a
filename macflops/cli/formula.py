"""`macflops formula`: the closed form of a paper's block."""

from __future__ import annotations

import json
from typing import Any

import click

from macflops.cli._options import format_option
from macflops.cli._output import write
from macflops.fusion import MODES
from macflops.reports._layout import wrapped

QUANTITIES = ("mult_adds", "params", "mac")
KINDS = ("convolution", "pointwise", "depthwise", "element-wise")


@click.command(short_help="Print the closed form of a paper's block.")
@click.argument("block", required=False)
@click.option("--quantity", type=click.Choice(QUANTITIES), default="mult_adds", help="mult_adds, params or mac.")
@click.option("--set", "set_", multiple=True, metavar="NAME=VALUE", help="A number, or an expression: m=c/4.")
@click.option("--of", "kind", type=click.Choice(KINDS), help="Of layers of this kind alone.")
@click.option("--fusion", type=click.Choice(MODES), default="none", help="What the runtime merges.")
@click.option("--latex", is_flag=True, help="In LaTeX.")
@format_option("text", "json")
def command(
    block: str | None,
    quantity: str,
    set_: tuple[str, ...],
    kind: str | None,
    fusion: str,
    latex: bool,
    style: str,
    output: str | None,
) -> None:
    """Print the closed form of a paper's BLOCK, or list the blocks.

    mac is memory access cost in elements. Symbols are those of the papers; with --set for each of them the number is
    exact.
    """
    from macflops.symbolic import blocks, formula
    from macflops.symbolic.walk import find

    if block is None:
        listed = {name.replace("_", "-"): find(name) for name in blocks()}
        lines = [line for name, found in listed.items() for line in entry(name, found)]
        document = {
            "schema": "macflops.formulas/1",
            "blocks": [
                {"block": n, "title": b.title, "source": b.source, "symbols": [*b.params]} for n, b in listed.items()
            ],
        }
        write(json.dumps(document, indent=2, ensure_ascii=False) if style == "json" else "\n".join(lines), output)
        return
    found = formula(block, quantity, set=set_, of=kind, fusion=fusion)  # type: ignore[arg-type]  # click checked it
    if style == "json":
        write(json.dumps(found.to_dict(), indent=2, ensure_ascii=False), output)
    else:
        write(found.latex() if latex else found.text(), output)
        if found.assumes():
            click.echo("for g > 1; the unit has no shuffle at g = 1: --set g=1", err=True)


def entry(name: str, block: Any) -> list[str]:
    """Return a block's lines in the list of all."""
    head = f"{name:19} {', '.join(block.params):24} "
    return wrapped(block.title, head, " " * len(head))
