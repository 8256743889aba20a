"""docs/explore.html holds the formulas a second time: its numbers are macflops's own, to the integer."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from math import isqrt
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

import macflops
from macflops.guidelines import find
from macflops.readers.yaml import read
from macflops.symbolic.theorems.t7 import Pointwise
from tests.docs.browser import dom, evaluated, needs_browser

PAGE = Path(__file__).parents[2] / "docs" / "explore.html"
TEXT = PAGE.read_text("utf-8")

State = dict[str, int]


def drawn(number: int) -> list[State]:
    """Return states at random that the page admits, its corners among them."""
    dice = random.Random(number)
    states = [
        {"h": 224, "c1": 2048, "c2": 2048, "g": 1, "k": 7, "s": 16},
        {"h": 1, "c1": 1, "c2": 1, "g": 1, "k": 1, "s": 67108864},
        {"h": 56, "c1": 256, "c2": 256, "g": 256, "k": 3, "s": 8192},
        {"h": 64, "c1": 96, "c2": 96, "g": 1, "k": 1, "s": 16},
    ]
    while len(states) < number:
        groups = dice.choice((1, 1, 2, 3, 4, 5, 8, 32, 256))
        most = 2048 // groups
        c1, c2 = (groups * max(1, round(most ** dice.random())) for _ in range(2))
        kernel, s = dice.choice((1, 1, 3, 5, 7)), dice.choice((2 ** dice.randint(4, 26), dice.randint(16, 99999)))
        states.append({"h": dice.randint(1, 224), "c1": c1, "c2": c2, "g": groups, "k": kernel, "s": s})
    return states


@cache
def network_of(h: int, c1: int, c2: int, g: int, k: int) -> macflops.Network:
    """Return the page's convolution between two others, so that its widths are free and the rules judge it."""
    layers = f"- conv: {{out: {c1}}}\n  - conv: {{out: {c2}, kernel: {k}, groups: {g}, bias: false}}\n    name: it"
    return read(f"input: [3, {h}, {h}]\nlayers:\n  {layers}\n  - conv: {{out: 8}}\n", "explored.yaml")


def ours(state: State) -> dict[str, Any]:
    """Return what macflops says of a state: the operator's costs, the rules' bounds, the theorem's verdict."""
    h, c1, c2, g, k, s = (state[name] for name in ("h", "c1", "c2", "g", "k", "s"))
    report = macflops.count(network_of(h, c1, c2, g, k))
    (row,) = (row for row in report.costs.rows if row.layer.name == "it")
    found: dict[str, Any] = {name: getattr(row.own, name) for name in ("reads", "writes", "weights", "mult_adds")}
    found["mac"], found["depthwise"] = row.mac, g == c1 > 1
    for code, bound in (("G1", "b1"), ("G2", "b2")):
        rule = find(code)
        measured = [m for m in rule.check(report.costs, report.blocks, rule.limit) if m.rows[0] is row]
        assert bool(measured) == (not found["depthwise"] and (code == "G1" or g > 1))
        if measured:
            found |= {bound: measured[0].bound, f"over_{code.lower()}": measured[0].reaches(rule.limit)}
    found["hidden"] = Pointwise(c1, c2, g, h * h).hidden(s) if k == 1 else None
    return found


def check(theirs: dict[str, Any], state: State) -> None:
    """Assert that what the page says of a state is what macflops says."""
    number = {name: int(value) if isinstance(value, str) else value for name, value in theirs.items()}
    expected = ours(state)
    assert {name: number[name] for name in expected} == expected, state
    if state["k"] > 1:
        assert number["cache_bound"] is None
        assert number["least_moved"] == number["mac"]
        return
    b, s, bound = number["mult_adds"], state["s"], number["cache_bound"]
    root = bound + 2 * s  # the least integer not below 2B/√S
    assert (root - 1) ** 2 * s < 4 * b * b <= root * root * s, state
    assert root == isqrt(-(-4 * b * b // s) - 1) + 1
    exact = Pointwise(state["c1"], state["c2"], state["g"], state["h"] ** 2).bound(s)
    assert number["least_moved"] == pytest.approx(max(exact, number["mac"]), rel=1e-12, abs=1)


@needs_browser
def test_its_formulas_give_what_macflops_gives(tmp_path: Path) -> None:
    states = drawn(400)
    big = "(_, value) => typeof value === 'bigint' ? String(value) : value"
    script = f"return JSON.parse(JSON.stringify({json.dumps(states)}.map(state => counted(valid(state))), {big}));"
    found = evaluated(PAGE, script, tmp_path)
    assert len(found) == len(states)
    for theirs, state in zip(found, states, strict=True):
        check(theirs, state)
    assert {theirs["hidden"] for theirs in found} == {True, False, None}
    assert {theirs["depthwise"] for theirs in found} == {True, False}


@needs_browser
def test_what_the_address_says_is_what_is_shown() -> None:
    state = {"h": 28, "c1": 240, "c2": 60, "g": 3, "k": 1, "s": 4096}
    document = dom(f"{PAGE.as_uri()}#" + "&".join(f"{name}={value}" for name, value in state.items()))
    shown = dict(re.findall(r'<td id="(\w+)" data-value="(-?\d+)">', document))
    expected = ours(state)
    for name in ("mult_adds", "reads", "writes", "weights", "mac", "b1", "b2"):
        assert shown[name] == str(expected[name])
        assert f'data-value="{shown[name]}">{expected[name]:,}</td>' in document
    assert "G1: 1.24 times the least" in document
    assert "G2: 1.70 times" in document  # what `macflops audit zoo:shufflenet_v1_g3_x1_0` says of this layer
    assert document.count("<rect") > 8
    assert "<polyline" in document


@needs_browser
def test_every_control_changes_the_address_and_the_numbers(tmp_path: Path) -> None:
    """Slide and type, mult-adds free and held; after each the numbers shown are those of the address."""
    script = """
        const seen = [], act = (id, value, kind = 'input') => {
            at(id)[typeof value === 'boolean' ? 'checked' : 'value'] = value;
            at(id).dispatchEvent(new Event(kind, {bubbles: true}));
            const cells = [...document.querySelectorAll('td[data-value]')];
            const shown = Object.fromEntries(cells.map(td => [td.id, td.dataset.value]));
            seen.push({id, hash: location.hash, shown, held: at('hold').checked});
        };
        for (const held of [false, true]) {
            location.hash = '#h=56&c1=128&c2=128&g=1&k=1&s=8192';
            await new Promise(done => addEventListener('hashchange', done, {once: true}));
            act('hold', held, 'change');
            act('c1-range', 30); act('c2', 100); act('g-range', 3); act('ratio-range', -2); act('h-range', 14);
            act('s-range', 12); act('g', 5); act('c2-range', 40); act('ratio-range', 1.5); act('k', 3, 'change');
        }
        return seen;
    """
    seen = evaluated(PAGE, script, tmp_path)
    assert len(seen) == 22
    for step in seen:
        values = {name: int(value) for name, value in parse_qsl(step["hash"].lstrip("#"))}
        state = {name: values[name] for name in ("h", "c1", "c2", "g", "k", "s")}
        expected = ours(state)
        for name in ("mult_adds", "mac", "b1", "b2"):
            if name in expected:
                assert int(step["shown"][name]) == expected[name], step
        if step["held"]:  # whole widths, multiples of the groups, come as near as they can
            room = 2 * state["g"] / min(state["c1"], state["c2"])
            assert expected["mult_adds"] == pytest.approx(values["hold"], rel=room)
    assert len({step["hash"] for step in seen}) == len(seen)  # each control did something


@needs_browser
def test_hostile_addresses_show_the_nearest_state(tmp_path: Path) -> None:
    hashes = [
        "",
        "#h=0&c1=99999999&g=7",
        "#h=NaN&c1=-5&c2=1e9&k=4",
        "#<script>=1&h=%00",
        "#hold=9007199254740993&g=256",
    ]
    script = f"return {json.dumps(hashes)}.map(parsed);"
    for state in evaluated(PAGE, script, tmp_path):
        assert state["c1"] % state["g"] == 0 == state["c2"] % state["g"]
        assert 1 <= state["h"] <= 224
        assert all(1 <= state[name] <= 2048 for name in ("c1", "c2"))
        assert state["k"] in (1, 3, 5, 7)


@needs_browser
def test_it_fits_a_phone(tmp_path: Path) -> None:
    wide = evaluated(PAGE, "return [document.documentElement.scrollWidth, innerWidth];", tmp_path, width=390)
    assert wide[0] <= wide[1]


def test_it_is_one_small_file_that_asks_nothing_of_the_network() -> None:
    assert len(TEXT.encode()) < 100_000
    assert "Content-Security-Policy" in TEXT
    assert "default-src 'none'" in TEXT
    assert not re.findall(r"https?:|//\w+\.|<link rel=\"stylesheet|@import|url\(|\bfetch\b|XMLHttp|src=", TEXT)


def test_every_control_has_a_name_and_can_be_reached_by_keyboard() -> None:
    for tag in re.findall(r"<(?:input|select)[^>]*>", TEXT):
        (name,) = re.findall(r'id="([\w-]+)"', tag)
        assert f'for="{name}"' in TEXT or "aria-label=" in tag or name == "hold", tag  # hold stands inside its label
        assert "tabindex" not in tag
