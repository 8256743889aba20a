"""Decides a reader's claim: proved, refuted by a point that was evaluated exactly, or unknown. Never wrongly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from macflops.errors import ExpressionError, Location, SourceError
from macflops.symbolic.claims.exact import holds
from macflops.symbolic.claims.grammar import Claim, read

SECONDS = 8.0  # for all of it: its process is stopped then


class Verdict(NamedTuple):
    """What is known of a claim."""

    verdict: str  # proved, refuted or unknown
    counterexample: dict[str, int | str] | None = None  # fractions as "1/2"
    how: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the document of `--format json`."""
        return {
            "schema": "macflops.claim/1",
            "verdict": self.verdict,
            "counterexample": self.counterexample,
            "how": self.how,
        }


def decide(claim: str, assume: Sequence[str] = ()) -> Verdict:
    """Decide a claim about positive reals that meet the assumptions, within ten seconds.

    Raises SourceError where a text cannot be read. All work is done in a process of its own, which can be stopped.
    """
    texts = [claim, *([assume] if isinstance(assume, str) else assume)]
    for number, text in enumerate(texts):
        try:
            read(text)
        except ExpressionError as error:
            raise misread(texts, number, error.column, error.what, error.hint) from None
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "macflops.symbolic.claims.worker"]
    try:
        ran = subprocess.run(
            command, input=json.dumps(texts), capture_output=True, text=True, timeout=SECONDS, env=environment
        )
        answer = json.loads(ran.stdout)
    except subprocess.TimeoutExpired:
        return Verdict("unknown", None, f"no answer within {SECONDS:.0f} seconds")
    except ValueError:
        return Verdict("unknown", None, "the claim is too large for the provers")
    if "error" in answer:
        raise misread(texts, *answer["error"])
    return Verdict(*answer["verdict"])


def misread(texts: Sequence[str], number: int, column: int, what: str, hint: str) -> SourceError:
    """Return the error about one of the texts: the claim, or an assumption."""
    return SourceError(Location("--assume" if number else "--claim", 1, column + 1), what, hint, texts[number].strip())


def unfit(texts: Sequence[str]) -> tuple[int, int, str, str] | None:
    """Return which text has a number where a comparison belongs or the reverse, its column, what and hint; or None."""
    for number, text in enumerate(texts):
        parsed = read(text)
        try:
            holds(parsed, dict.fromkeys(parsed.names, Fraction(1)))
        except ExpressionError as error:
            return number, error.column, error.what, error.hint
    return None


def decided(claim: Claim, assumptions: Sequence[Claim]) -> Verdict:
    """Decide a claim in this process: by points, then z3, then expansion."""
    from macflops.symbolic.claims import points, smt

    if (point := points.search(claim, assumptions, 0.3)) is not None:
        return refuted(point, "a point was found and evaluated exactly")
    gaps = False
    if smt.installed():
        answer = smt.ask(claim, assumptions, 2.5)
        if answer.proved:
            empty = smt.contradictory(assumptions, 0.5) if assumptions else False
            return Verdict("proved", None, "no positive numbers meet the assumptions" if empty else "z3")
        for candidate in answer.points:
            if points.refutes(candidate, claim, assumptions):
                return refuted(candidate, "z3 found a point, which was evaluated exactly")
        gaps = answer.gaps
    if not gaps and (point := points.search(claim, assumptions, 1.5)) is not None:
        return refuted(point, "a point was found and evaluated exactly")
    from macflops.symbolic.claims.algebra import proves

    if not gaps and proves(claim):
        return Verdict("proved", None, "expanded, all coefficients have one sign")
    if gaps:
        return Verdict("unknown", None, "it holds wherever it is defined, but it may not be defined everywhere")
    missing = "" if smt.installed() else " (z3 is not installed: pip install 'macflops[proofs]')"
    return Verdict("unknown", None, f"neither proved nor refuted{missing}")


def refuted(point: dict[str, Fraction], how: str) -> Verdict:
    """Return the verdict that a point refutes the claim."""
    return Verdict("refuted", {name: plain(value) for name, value in sorted(point.items())}, how)


def plain(value: Fraction) -> int | str:
    """Return a fraction as JSON has it: an integer, or "1/2"."""
    return int(value) if value.denominator == 1 else str(value)


def claims(texts: Iterable[str]) -> list[Claim]:
    """Return claims read from texts."""
    return [read(text) for text in texts]
