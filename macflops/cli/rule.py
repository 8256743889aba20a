"""`macflops rule`: lists the rules, or explains one."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import click

from macflops.cli._options import format_option
from macflops.cli._output import write
from macflops.errors import Location, SourceError
from macflops.guidelines import codes, find
from macflops.reports._layout import wrapped

PARAGRAPHS = {
    "Formula",
    "Proof",
    "Source",
    "Judged",
    "Advice",
    "Known problems",
}  # what a manual page's paragraphs begin with


@click.command(short_help="List the rules, or explain one.")
@click.argument("code", required=False)
@format_option("text", "json")
def command(code: str | None, style: str, output: str | None) -> None:
    """List the rules, or explain the one with this CODE: formula, source, good and bad example."""
    if code is None:
        listed = [described(c) for c in codes()]
        text = "\n".join(line for rule in listed for line in listing(rule))
        write(json.dumps(listed, indent=2, ensure_ascii=False) if style == "json" else text, output)
        return
    if code.upper() not in codes():
        raise SourceError(Location("rule"), f"no rule {code!r}", f"use one of {', '.join(codes())}")
    rule = described(code.upper())
    text = f"{rule['code']}  {rule['name']}  (limit {rule['limit']:g})\n\n" + "\n".join(page(rule["manual"]))
    write(json.dumps(rule, indent=2, ensure_ascii=False) if style == "json" else text, output)


def listing(rule: dict[str, Any]) -> list[str]:
    """Return a rule's lines in the list of all."""
    head = f"{rule['code']}  {rule['name']:14} limit {rule['limit']:<5g} "
    return wrapped(rule["summary"], head, " " * len(head))


def page(manual: str) -> Iterator[str]:
    """Yield a manual page on lines of 80 columns: each paragraph anew, the examples as they are."""
    prose, bad, examples = manual.partition("\nBad:\n")
    paragraph = ""
    for line in (*prose.rstrip().split("\n"), ""):
        if paragraph and (not line or line.partition(":")[0] in PARAGRAPHS):
            yield from wrapped(paragraph, "", "" if paragraph.partition(":")[0] not in PARAGRAPHS else "  ")
            paragraph = ""
        if not line:
            yield ""
        paragraph = f"{paragraph} {line}".strip()
    yield from (bad + examples).strip("\n").split("\n")


def described(code: str) -> dict[str, Any]:
    """Return a rule's code, name, limit and manual page."""
    rule = find(code)
    manual = inspect.cleandoc(type(rule).__doc__ or "")
    return {
        "code": rule.code,
        "name": rule.name,
        "limit": rule.limit,
        "summary": manual.partition("\n")[0],
        "manual": manual,
    }
