"""The way in: advice for a network, and its findings with what answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from macflops.advice.compose import advise, effect
from macflops.advice.explain import Explainer
from macflops.advice.places import merged
from macflops.advice.result import Advice
from macflops.advice.subject import Subject
from macflops.advice.terms import Audited
from macflops.costs import Costs
from macflops.guidelines.findings import Finding, Thresholds, Verdict, summary


def answered(
    costs: Costs,
    findings: Sequence[Finding],
    verdict: Verdict,
    rules: Iterable[str],
    thresholds: Thresholds,
    held: Mapping[str, float] | None = None,
) -> tuple[Advice, tuple[Finding, ...], Verdict]:
    """Return the advice, the findings with what answers or ties them, and the verdict on those.

    Findings whose places one piece of advice edits together become one. `held` are the budgets, as shares.
    """
    audited = Audited(Subject(costs), findings, verdict)
    if costs.network.unsupported:  # what an unknown operator does with widths is unknown too
        why = "the network holds an operator that macflops does not know"
        return nothing(audited), tuple(f._replace(no_advice=why) for f in findings), verdict
    advice = advise(audited, rules, thresholds, held)
    explained = Explainer(audited, advice, thresholds).explained()
    together = merged(explained, costs, advice.steps, thresholds)
    places: dict[str, int] = {}
    for finding in together:
        places[finding.rule] = places.get(finding.rule, 0) + 1
    judged = {code: rule._replace(places=places.get(code, 0)) for code, rule in verdict.rules.items()}
    told = summary(verdict.efficiency, together, judged, first_step(together, advice))
    return advice, tuple(together), Verdict(verdict.efficiency, told, judged)


def nothing(audited: Audited) -> Advice:
    """Return advice to change nothing."""
    return Advice((), effect(audited, audited), (), audited.costs.network)


def first_step(findings: Sequence[Finding], advice: Advice) -> str | None:
    """Return the first step and its recount, for a sentence; None without any."""
    finding = next((finding for finding in findings if finding.advice == 0), None)
    if finding is None:
        return None
    step = advice.steps[0]
    counts = [("memory access", step.recount.mac_elements), ("mult-adds", step.recount.mult_adds)]
    counts += [("work", step.recount.work)] if (step.recount.mac_elements or 0) > -0.01 else []
    changes = ", ".join(f"{name} {100 * change:+.1f} %" for name, change in counts if change is not None)
    return f"{finding.rule} at {finding.location}: {step.text} ({changes})"
