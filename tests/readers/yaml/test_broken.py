"""Broken input: what each of the ways to get it wrong is answered with, to the letter."""

from __future__ import annotations

import pickle
import re
import time
from pathlib import Path
from typing import Any

import pytest

from macflops.errors import SourceError
from macflops.readers.yaml import Limits, load, read

# Each case is `=== title`, the text, and `--- the error`.
CASES = re.findall(r"=== (.*)\n((?:.*\n)*?)--- (.*)\n", Path(__file__).with_name("broken.txt").read_text("utf-8"))
SMALL = Limits(entries=20_000)


def refused(text: str, **options: Any) -> SourceError:
    """Return the error that a text is answered with."""
    with pytest.raises(SourceError) as caught:
        read(text, "model.yaml", **options)
    return caught.value


def test_there_are_over_a_hundred_cases() -> None:
    assert len(CASES) > 150
    assert len({title for title, _, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("text", "error"), [pytest.param(t, e, id=title) for title, t, e in CASES])
def test_a_mistake_is_answered_with_its_place_and_what_to_do(text: str, error: str) -> None:
    start = time.process_time()
    assert str(refused(text)) == error
    assert time.process_time() - start < 10  # most take a millisecond; the largest limits, a second


@pytest.mark.parametrize(("text", "error"), [pytest.param(t, e, id=title) for title, t, e in CASES])
def test_the_caret_stands_in_the_line_that_the_error_names(text: str, error: str) -> None:
    answer = refused(text, limits=SMALL)
    place = answer.location
    if place.line:
        lines = [*text.split("\n"), ""]
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        assert answer.excerpt in ("", lines[place.line - 1])
    assert "\n    " in answer.shown() or not answer.excerpt
    assert str(pickle.loads(pickle.dumps(answer))) == str(answer)


ONE = """\
input: [3, 8, 8]
params: {width: 8, widths: [8, 16], by: {a: 1, 2: 3}}
variants: {small: {width: 4}}
layers: [relu]
"""
SYMBOLIC = "input: [3, H, W]\nlayers: [relu]\n"


@pytest.mark.parametrize(
    ("text", "options", "error"),
    [
        (
            ONE,
            {"set": {"widht": "4"}},
            "--set: error: widht is no parameter and no symbolic dimension (did you mean width?)",
        ),
        (ONE, {"set": {"width": "4 *"}}, "--set width=4 *:1:4: error: '4 *' ends too early (complete it)"),
        (
            ONE,
            {"set": {"width": "[4"}},
            "--set width=[4:1:3: error: a comma or ] is missing (close what was opened, and put "
            "quotes around texts with commas or brackets)",
        ),
        (
            ONE,
            {"set": {"width": object}},
            "--set width=<class 'object'>: error: a parameter cannot be a type (give a number, "
            "a text, a list or a mapping)",
        ),
        (
            ONE,
            {"set": {"widths.2": "4"}},
            "--set widths.2: error: widths has no element 2 (it has 2, and the first is 0)",
        ),
        (ONE, {"set": {"by.b": "4"}}, "--set by.b: error: b is no key of by (keys are: 2, a)"),
        (ONE, {"set": {"width.x": "4"}}, "--set width.x: error: width is 8: nothing is in it (set width itself)"),
        (
            ONE,
            {"set": {"by": "{}", "by.a": "4"}},
            "--set: error: by.a is set within what is set already (set one of them)",
        ),
        (
            SYMBOLIC,
            {"set": {"H": "tall"}},
            "--set H: error: H is a dimension, and tall is none (give a whole number from 1)",
        ),
        (SYMBOLIC, {"set": {"H": 0}}, "--set H: error: H is a dimension, and 0 is none (give a whole number from 1)"),
        (ONE, {"variant": "smal"}, "model.yaml: error: no variant smal (did you mean small?)"),
        (SYMBOLIC, {"variant": "small"}, "model.yaml: error: no variant small (it has none)"),
        (ONE, {"input_shape": {"image": (1, 3, 8, 8)}}, "--input-shape: error: no input image (inputs are: input)"),
        (
            ONE,
            {"input_shape": {None: (1, 3, 0, 8)}},
            "--input-shape: error: a dimension is 0 (it has to be at least 1)",
        ),
        (
            ONE,
            {"input_shape": {None: (1, 3, "min")}},
            "--input-shape: error: min is no name for a dimension (choose another name for the dimension)",
        ),
        (
            "input: {a: [1, 2], b: [1, 2]}\nlayers: [add: ]\n",
            {"input_shape": {None: (1, 3)}},
            "--input-shape: error: a shape for one of 2 inputs (say which: a or b)",
        ),
        (ONE, {"batch": 0}, "--batch: error: a batch of 0 (give a whole number from 1 to 1,000,000,000,000,000,000)"),
        (
            ONE,
            {"limits": Limits(source=10)},
            "model.yaml: error: a source of 116 characters ([tool.macflops.limits] source is 10)",
        ),
    ],
)
def test_a_mistake_in_the_call_is_answered_alike(text: str, options: dict[str, Any], error: str) -> None:
    assert str(refused(text, **options)) == error


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (
            b"input: [3, 8, 8]\nname: caf\xe9\nlayers: [relu]\n",
            ":2:10: error: byte 0xE9 is not UTF-8 (save the file as UTF-8)",
        ),
        ("input: [3]\n".encode("utf-16"), ":1:1: error: the file is UTF-16 (save it as UTF-8)"),
        (
            b"input: [3, 8, 8]\nlayers: [re\x00lu]\n",
            ":2:12: error: the character U+0000 is not allowed in YAML (delete it, or "
            "write it with an escape in double quotes)",
        ),
    ],
)
def test_bytes_that_are_no_text_have_their_place(tmp_path: Path, data: bytes, error: str) -> None:
    path = tmp_path / "model.yaml"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        load(str(path))
    assert str(caught.value) == f"{path}{error}"


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"error: cannot be read: no such file or directory \(look at its path"):
        load(str(tmp_path / "none.yaml"))
    with pytest.raises(SourceError, match=r"error: this is a folder"):
        load(str(tmp_path))


def test_an_error_within_a_block_names_the_calls_around_it() -> None:
    text = """\
input: [3, 8, 8]
blocks:
  inner(out): [conv: {out: out, groups: 2}]
  outer(out):
    - relu
    - inner: {out: out}
layers:
  - outer: {out: 8}
"""
    place = refused(text).location
    assert (place.line, place.column, place.calls) == (3, 41, ((8, 5), (6, 7)))


def test_every_limit_is_an_error_that_names_its_setting() -> None:
    layers = "input: [3]\nlayers: [repeat: {times: 9, layers: [relu]}]\n"
    power = "input: [3]\nlayers: [linear: {out: 99 * 9}]\n"
    deep = "input: [3]\nblocks: {a: [b], b: [c], c: [relu]}\nlayers: [a]\n"
    for text, name, most in [
        (layers, "layers", 8),
        ("input: [3]\nlayers: [repeat: {times: 9, layers: [{relu: , when: 1 > 2}]}]\n", "entries", 8),
        (layers, "repeats", 8),
        (power, "magnitude", 800),
        (deep, "nesting", 2),
        ("input: [3]\nname: &n x\nlayers: [relu: *n]\n", "aliases", 0),
        (layers, "source", 8),
    ]:
        assert f"[tool.macflops.limits] {name}" in refused(text, limits=Limits(**{name: most})).hint


def test_a_limit_that_is_lifted_too_far_is_an_error_and_no_crash() -> None:
    text = "input: [3]\nblocks: {a: [a]}\nlayers: [a]\n"
    assert "nested too deeply" in str(refused(text, limits=Limits(nesting=10**9)))
    deep = "input: [3]\nlayers: " + "[" * 5000
    assert re.search("nested too deeply|maximum nesting depth", str(refused(deep, limits=Limits(nesting=10**9))))
    with pytest.raises(SourceError, match="no limit layer"):
        read("input: [3]\nlayers: [relu]", "m.yaml", limits={"layer": 3})
    assert read("input: [3]\nlayers: [relu]", "m.yaml", limits={"layers": 3}).layers
