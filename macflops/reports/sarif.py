"""SARIF 2.1.0: findings for tools that collect those of many analysers."""

from __future__ import annotations

import inspect
import json
from typing import Any
from urllib.parse import quote

import macflops
from macflops.errors import Location, SourceError
from macflops.guidelines import find
from macflops.guidelines.findings import Finding
from macflops.report import Report, plain


def render(report: Report) -> str:
    """Return a log of one run. Raises SourceError for a count, which has no findings."""
    if report.verdict is None:
        raise SourceError(Location("--format"), "sarif shows findings, and a count has none", "use it with audit")
    rules = list(report.verdict.rules)
    driver = {
        "name": "macflops",
        "version": macflops.__version__,
        "rules": [rule(code) for code in rules],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {"tool": {"driver": driver}, "results": [result(finding, rules) for finding in report.findings]},
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def rule(code: str) -> dict[str, Any]:
    """Return a rule's description."""
    manual = inspect.cleandoc(type(find(code)).__doc__ or "")
    return {
        "id": code,
        "name": find(code).name.title().replace(" ", "").replace("-", ""),
        "shortDescription": {"text": manual.partition("\n")[0]},
        "fullDescription": {"text": manual},
    }


def result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    """Return a finding as a result with its place."""
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.location.file)}}
    if finding.location.line:
        physical["region"] = {"startLine": finding.location.line, "startColumn": finding.location.column}
    logical = [{"fullyQualifiedName": name} for name in finding.layers]
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": finding.severity,
        "message": {"text": f"{finding.layer}: {finding.message}"},
        "locations": [{"physicalLocation": physical, "logicalLocations": logical}],
        "properties": {name: plain(getattr(finding, name)) for name in ("measured", "limit", "mac_elements_wasted")},
    }
