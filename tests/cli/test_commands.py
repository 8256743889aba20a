"""The other commands: count, rule, schema, zoo, and the program itself."""

from __future__ import annotations

import subprocess
import sys

import jsonschema
import pytest

import macflops
from macflops.guidelines import codes
from macflops.schemas import find as schema
from macflops.schemas import names as schema_names
from tests.cli.runner import run


def test_count_prints_the_document_without_a_verdict() -> None:
    document = run("count", "zoo:resnet18", "--format", "json").json
    jsonschema.validate(document, schema("count"))
    assert document["schema"] == "macflops.count/1"
    assert not {"verdict", "findings", "advice"} & set(document)
    assert document == macflops.count("zoo:resnet18").to_dict()


@pytest.mark.parametrize("by", ["layer", "block", "stage", "op"])
def test_rows_add_up_to_the_totals(by: str) -> None:
    lines = run("count", "zoo:resnet18", "--by", by).out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(by))
    cells = [line.split()[-4:] for line in lines[start + 1 :]]
    rows = [[int(cell.replace(",", "")) for cell in row] for row in cells if len(row) == 4]  # else a scope's line
    assert [sum(column) for column in zip(*rows[:-1], strict=True)] == rows[-1]


@pytest.mark.parametrize("by", ["layer", "block", "stage", "op"])
def test_markdown_has_the_rows_of_the_text(by: str) -> None:
    table = run("count", "zoo:squeezenet1_1", "--by", by, "--format", "markdown").out.split("\n\n")[-1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [rows[0][0], *rows[0][2:]] == [by, "params", "mult-adds", "elementwise", "mac elements"]
    text = run("count", "zoo:squeezenet1_1", "--by", by).out.splitlines()
    start = next(i for i, line in enumerate(text) if line.startswith(by))
    numbers = [line.split()[-4:] for line in text[start + 1 :] if len(line.split()) > 3]
    assert [row[2:] for row in rows[2:]] == numbers


@pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("float16", 2), ("bfloat16", 2), ("int8", 1)])
def test_bytes_follow_the_type(dtype: str, size: int) -> None:
    totals = macflops.count("zoo:resnet18", dtype=dtype).totals
    assert totals.mac_bytes == size * totals.mac_elements


def test_a_batch_multiplies_work_and_not_parameters() -> None:
    one, four = (macflops.count("zoo:resnet18", batch=n).totals for n in (1, 4))
    assert four.mult_adds == 4 * one.mult_adds
    assert four.params == one.params
    assert four.activations == 4 * one.activations
    assert run("count", "zoo:resnet18", "--batch", "4", "--format", "json").json["conventions"]["batch"] == 4


def test_symbolic_dimensions_give_closed_forms_that_can_be_pasted_back() -> None:
    text = "macflops: 1\ninput: [3, H, W]\nlayers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n"
    document = run("count", "-", "--format", "json", stdin=text).json
    jsonschema.validate(document, schema("count"))
    closed = document["totals"]["mac_elements"]
    assert isinstance(closed, str)
    numbers = run("count", "-", "--format", "json", "--set", "H=21", "--set", "W=34", stdin=text).json
    pasted = text.replace("macflops: 1\n", f"macflops: 1\nparams: {{H: 21, W: 34, out: '{closed}'}}\n")
    again = run("count", "-", "--format", "json", stdin=pasted.replace("{out: 8", "{out: out")).json
    assert again["layers"][0]["attributes"]["out"] == numbers["totals"]["mac_elements"]


def test_every_rule_has_a_manual_page() -> None:
    assert [line[:2] for line in run("rule").out.splitlines() if line[:1].isalpha()] == list(codes())
    for code in codes():
        page = run("rule", code.lower()).out
        assert page.startswith(code)
        for part in ("Formula:", "Source:", "Bad:", "Good:"):
            assert part in page
        assert max(map(len, page.splitlines())) <= 80
    assert run("rule", "G7").status == 2


def test_schemas_are_valid_schemas() -> None:
    assert run("schema").out.split() == list(schema_names())
    for name in schema_names():
        jsonschema.Draft202012Validator.check_schema(run("schema", name).json)
    assert run("schema", "none").status == 2


def test_the_program_says_what_it_is() -> None:
    assert run("--version").out == f"macflops {macflops.__version__}\n"
    ran = subprocess.run([sys.executable, "-m", "macflops", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"macflops {macflops.__version__}\n"
    assert "audit" in run("--help").out


@pytest.mark.parametrize(
    ("arguments", "hint"), [(["adit", "x"], "audit"), (["audit", "zoo:resnet50", "--fusoin", "bn"], "--fusion")]
)
def test_misspelt_words_are_guessed(arguments: list[str], hint: str) -> None:
    ran = run(*arguments)
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert hint in ran.err


def test_a_network_of_the_zoo_is_suggested_where_a_file_is_missing() -> None:
    assert "zoo:resnet50" in run("audit", "resnet50").err
    assert "shufflenet_v1_g3_x1_0" in run("audit", "zoo:shufflenet_v1_g3_x10").err


def test_the_zoo_is_listed_with_what_was_published() -> None:
    text = run("zoo", "list").out.splitlines()
    assert max(map(len, text)) <= 80
    lines = {line.split()[0]: line.split() for line in text if line.strip()}
    assert " ".join(lines["shufflenet_v2_x0_5"][1:]) == "40.5 M 41 M all* 1.367 M 1.4 M 39.7 417 57.0"
    documents = {row["name"]: row for row in run("zoo", "list", "--format", "json").json}
    assert documents["shufflenet_v1_g3_x1_0"]["mult_adds"] == 137_460_672  # SETUPS: conv + fc


def test_a_network_of_the_zoo_is_shown_with_its_file_stages_and_sources() -> None:
    out = run("zoo", "show", "shufflenet_v2_x1_0").out
    assert "macflops: 1\n" in out
    assert "stage2                    28x28                2       1       116" in out
    assert "ShuffleNet V2 (Ma et al. 2018), Table 5" in out
    assert run("zoo", "show", "shufflenet_v2").status == 2


def test_a_shape_that_leaves_the_batch_out_is_warned_of() -> None:
    ran = run("count", "zoo:resnet18", "--input-shape", "3x224x224")
    assert "3x224x224 has the batch first" in ran.err
    assert "1x3x224x224" in ran.err
    assert run("count", "zoo:resnet18", "--input-shape", "1x3x64x64").err == ""


def test_help_fits_and_is_not_cut_off() -> None:
    overview = run("--help").out
    assert "..." not in overview.partition("Commands:")[2]
    for line in overview.partition("Commands:")[2].splitlines():
        for name in line.split()[:1]:
            assert max(map(len, run(name, "--help").out.splitlines())) <= 80, name


@pytest.mark.parametrize("arguments", [("formula",), ("plot",), ("rule",), ("crosscheck", "zoo:shufflenet_v2_x1_0")])
def test_lists_fit_into_eighty_columns(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.status == 0
    assert max(map(len, result.out.splitlines())) <= 80
