"""Workflow commands: a code-hosting site shows each finding at its line in the pull request."""

from __future__ import annotations

from macflops.errors import Location, SourceError
from macflops.guidelines import find
from macflops.report import Report

LEVELS = {"note": "notice", "warning": "warning", "error": "error"}


def render(report: Report) -> str:
    """Return a line per finding and exceeded budget, then the verdict. Raises SourceError for a count."""
    if report.verdict is None:
        raise SourceError(Location("--format"), "github shows findings, and a count has none", "use it with audit")
    lines = []
    for finding in report.findings:
        title = value(f"{finding.rule} {find(finding.rule).name}")
        place = f"file={value(finding.location.file)},"
        if finding.location.line:
            place += f"line={finding.location.line},col={finding.location.column},"
        message = data(f"{finding.layer}: {finding.message}")
        lines.append(f"::{LEVELS[finding.severity]} {place}title={title}::{message}")
    lines += [
        f"::error title=budget::{budget.name} is {budget.value:,}, over {budget.most:,}"
        for budget in report.budgets
        if budget.exceeded
    ]
    return "\n".join([*lines, f"::notice title=macflops::{data(report.verdict.summary)}"])


def data(text: str) -> str:
    """Return a message with what ends it escaped, as the runner wants it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def value(text: str) -> str:
    """Return a property's value with what ends it escaped."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
