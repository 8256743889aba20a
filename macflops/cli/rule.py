"""`macflops rule`: lists the rules, or explains one."""

from __future__ import annotations

import inspect
import json
from typing import Any

import click

from macflops.cli._options import format_option, write
from macflops.errors import Location, SourceError
from macflops.guidelines import codes, find


@click.command()
@click.argument("code", required=False)
@format_option("text", "json")
def command(code: str | None, style: str, output: str | None) -> None:
    """List the rules, or explain the one with this CODE: formula, source, good and bad example."""
    if code is None:
        listed = [described(c) for c in codes()]
        text = "\n".join(f"{r['code']}  {r['name']:16} limit {r['limit']:<5g} {r['summary']}" for r in listed)
        write(json.dumps(listed, indent=2, ensure_ascii=False) if style == "json" else text, output)
        return
    if code.upper() not in codes():
        raise SourceError(Location("rule"), f"no rule {code!r}", f"use one of {', '.join(codes())}")
    rule = described(code.upper())
    text = f"{rule['code']}  {rule['name']}  (limit {rule['limit']:g})\n\n{rule['manual']}"
    write(json.dumps(rule, indent=2, ensure_ascii=False) if style == "json" else text, output)


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
