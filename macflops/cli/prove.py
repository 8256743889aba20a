"""`macflops prove`: states, proves and checks the theorems, or decides a reader's claim."""

from __future__ import annotations

import json
from typing import Any

import click

from macflops.cli._options import format_option
from macflops.cli._output import write
from macflops.errors import Location, SourceError
from macflops.reports._layout import wrapped


@click.command(short_help="Prove and check the theorems, or a claim.")
@click.argument("theorem", required=False)
@click.option("--claim", metavar="TEXT", help="Decide this claim about positive reals instead.")
@click.option("--assume", multiple=True, metavar="TEXT", help="What the claim assumes.")
@click.option("--latex", is_flag=True, help="In LaTeX.")
@format_option("text", "json")
@click.pass_context
def command(
    context: click.Context,
    theorem: str | None,
    claim: str | None,
    assume: tuple[str, ...],
    latex: bool,
    style: str,
    output: str | None,
) -> None:
    """Prove and check all theorems, or one THEOREM (T1, T2, …) with its steps.

    Exit status 1 where a checker fails, or a claim is not proved. A claim is written as an expression:
    --claim "h*w*(c1 + c2) >= 2*h*w*sqrt(c1*c2)" --assume "c1 >= 1".
    """
    if claim is not None:
        if theorem is not None:
            raise SourceError(Location("prove"), "a theorem and a claim at once", "give one of them")
        from macflops.symbolic.claims import decide

        verdict = decide(claim, assume)
        answer = json.dumps(verdict.to_dict(), indent=2, ensure_ascii=False)
        write(answer if style == "json" else claim_text(verdict), output)
        context.exit(0 if verdict.verdict == "proved" else 1)
    if assume:
        raise SourceError(Location("--assume"), "an assumption without a claim", "give --claim, too")
    from macflops.symbolic.prove import find, names, prove

    proofs = [prove(find(name)) for name in ([theorem] if theorem else names())]
    if style == "json":
        document = {"schema": "macflops.proofs/1", "theorems": [proof.to_dict() for proof in proofs]}
        text = json.dumps(document, indent=2, ensure_ascii=False)
    elif latex:
        text = "\n\n".join(in_latex(proof.theorem) for proof in proofs)
    else:
        text = "\n\n".join("\n".join(full(proof) if theorem else short(proof)) for proof in proofs)
        if any(proof.z3 is None for proof in proofs):
            text += "\n\nz3 is not installed: pip install 'macflops[proofs]' for the second prover."
    write(text, output)
    context.exit(0 if all(proof.proved for proof in proofs) else 1)


def claim_text(verdict: Any) -> str:
    """Return a verdict in a line."""
    point = ", ".join(f"{name} = {value}" for name, value in (verdict.counterexample or {}).items())
    return f"{verdict.verdict}{': ' + point if point else ''} ({verdict.how})"


def short(proof: Any) -> list[str]:
    """Return a theorem in a few lines: what it says and what the checkers say."""
    state = "proved" if proof.proved else "NOT PROVED"
    return [
        f"{proof.theorem.id}  {proof.theorem.title}: {state}",
        *wrapped(proof.theorem.statement, "    "),
        *wrapped(checkers(proof), "    "),
        *(f"    FAILS  {failure}" for failure in proof.failures),
    ]


def checkers(proof: Any) -> str:
    """Return what each checker says."""
    theorem = proof.theorem
    z3 = "not installed" if proof.z3 is None else f"{yes(proof.z3)}, {len(theorem.lemmas)} negations unsatisfiable"
    rejected = sum(refutation.rejected for refutation in proof.refutations)
    return (
        f"SymPy {yes(proof.sympy)}, {len(theorem.certificates)} certificates · z3 {z3} · integers "
        f"{yes(proof.integers)}, {proof.cases:,} cases · {rejected} of {len(proof.refutations)} false variants rejected"
    )


def yes(holds: bool) -> str:
    """Return a check mark, or a cross."""
    return "✓" if holds else "✗"


def full(proof: Any) -> list[str]:
    """Return a theorem with assumptions, proof, certificates, false variants and consequences."""
    theorem = proof.theorem
    lines = [f"{theorem.id}  {theorem.title}", "", *wrapped(theorem.statement, "  "), ""]
    lines += [line for text in theorem.assumptions for line in wrapped(f"Assumes: {text}.", "  ", "    ")]
    lines += ["", "  Proof"]
    for number, step in enumerate(theorem.steps, 1):
        lines += wrapped(f"{number}. {step}", "    ", "       ")
    lines += ["", "  Certificates (left = right, by expansion; they can be tried with numbers)"]
    for certificate in theorem.certificates:
        lines += [f"    {certificate.says}:"]
        for text in certificate.texts():
            lines += wrapped(text, "      ", "        ")
    lines += ["", *wrapped(f"Checked: {checkers(proof)}", "  "), *wrapped(f"Integers: {theorem.box}.", "  ")]
    if proof.refutations:
        lines += ["", "  False variants, each with a point at which it fails"]
    for refutation in proof.refutations:
        point = ", ".join(f"{name} = {value}" for name, value in refutation.counterexample().items())
        lines += wrapped(f"✗ {refutation.wrong.says}: {point}", "    ", "      ")
    texts = theorem.consequences()
    if texts:
        lines += ["", "  What follows"]
    for text in texts:
        for number, part in enumerate(text.split("\n")):
            lines += wrapped(part, "    ") if not number else [f"    {part}"]
    return [*lines, *(f"  FAILS  {failure}" for failure in proof.failures)]


def in_latex(theorem: Any) -> str:
    """Return a theorem's statement, steps and certificates in LaTeX."""
    from sympy import latex

    lines = [rf"\paragraph{{{theorem.id}: {theorem.title}}}", rf"\[ {theorem.latex} \]"]
    for certificate in theorem.certificates:
        lines += [rf"\[ {latex(certificate.left)} = {latex(certificate.right)} \]"]
    return "\n".join(lines)
