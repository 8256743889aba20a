"""The rules' pages: each rule's docstring is its manual page, here as headings, prose and two networks."""

from __future__ import annotations

import inspect
import re
import textwrap

from macflops.cli.rule import PARAGRAPHS
from macflops.guidelines import Rule, codes, find

INTRODUCTION = """# Rules

What an audit checks. G1 to G4 are the guidelines of *ShuffleNet V2* (Ma et al. 2018, section 2); those behind them are
notes beside the guidelines, on what no guideline covers. Each page is the rule's own docstring, which
`macflops rule CODE` prints as well. Limits are [settings](../settings.md);
[why they are what they are](../thresholds.md).

| rule | | limit | |
| --- | --- | --- | --- |
"""


def titles() -> dict[str, str]:
    """Return the pages' names, with their titles."""
    return {f"rules/{code.lower()}.md": f"{code} {find(code).name}" for code in codes()}


def pages() -> dict[str, str]:
    """Return the text of each page by its name: an overview, and a page for each rule."""
    rows = []
    for code in codes():
        rule = find(code)
        summary = manual(rule).partition("\n")[0]
        rows.append(f"| [{code}]({code.lower()}.md) | {rule.name} | {rule.limit:g} | {summary} |")
    return {"rules/index.md": INTRODUCTION + "\n".join(rows) + "\n"} | {
        f"rules/{code.lower()}.md": page(find(code)) for code in codes()
    }


def manual(rule: Rule) -> str:
    """Return a rule's docstring."""
    return inspect.cleandoc(type(rule).__doc__ or "")


def page(rule: Rule) -> str:
    """Return a rule's page."""
    prose, _, examples = manual(rule).partition("\nBad:\n")
    summary, _, rest = prose.partition("\n\n")
    bad, _, good = examples.partition("\nGood:\n")
    parts = [f"# {rule.code} {rule.name}", linked(summary), f"A finding from a measure of {rule.limit:g} on."]
    for line in rest.splitlines():
        name, colon, text = line.partition(":")
        if colon and name in PARAGRAPHS:
            text = text.strip()
            parts.append(f"## {name}\n\n{linked(text[:1].upper() + text[1:])}")
        else:
            parts[-1] += f"\n{linked(line)}"
    for title, example in (("Bad", bad), ("Good", good)):
        parts.append(f"## {title}\n\n```yaml\n{textwrap.dedent(example).strip()}\n```")
    return "\n\n".join(parts) + "\n"


def linked(text: str) -> str:
    """Return prose with its mentions of pages as links."""
    text = re.sub(r"\(docs/(\w+)\.md\)", r"([measured](../\1.md))", text)
    return text.replace("<", "&lt;")
