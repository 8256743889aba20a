"""Each rule's own examples: the bad one is a finding of that rule, the good one is not."""

from __future__ import annotations

import inspect
import textwrap

import pytest

from macflops.api import audit
from macflops.guidelines import codes, find
from macflops.readers.yaml import read


def example(code: str, which: str) -> str:
    """Return the network of an example: its layers between a stem and a head whose widths are not free."""
    manual = inspect.cleandoc(type(find(code)).__doc__ or "")
    bad, good = manual.partition("\nBad:\n")[2].split("\nGood:\n")
    layers = textwrap.indent(textwrap.dedent(bad if which == "Bad" else good), "  ")
    stem, head = "  - conv: {out: 64, kernel: 3, norm: bn}", "  - conv: {out: 8}"
    return f"macflops: 1\ninput: [3, 56, 56]\nlayers:\n{stem}\n{layers.rstrip()}\n{head}\n"


@pytest.mark.parametrize("code", codes())
def test_the_bad_example_is_a_finding_and_the_good_one_is_not(code: str) -> None:
    bad, good = (audit(read(example(code, which), "example.yaml"), select=code) for which in ("Bad", "Good"))
    assert [f.rule for f in bad.findings] == [code] * len(bad.findings) != []
    assert good.findings == ()
