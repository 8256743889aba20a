"""Prints the table of docs/advice.md: what is advised for the networks of the zoo, recounted.

python -m benchmarks.advice_table
"""

from __future__ import annotations

from collections.abc import Iterator

import macflops
from macflops.advice.result import Advice
from macflops.network import Network

NAMES = (
    *(f"shufflenet_v1_g{groups}_x1_0" for groups in (1, 2, 3, 4, 8)),
    *(f"shufflenet_v2_x{width}" for width in ("0_5", "1_0", "1_5", "2_0")),
    *("mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "efficientnet_b0"),
    *("resnet50", "resnext50_32x4d", "resnext101_64x4d", "densenet121", "xception"),
    *("squeezenet1_0", "squeezenet1_1", "googlenet", "inception_v3", "nasnet_a_mobile"),
)
THIN = "mobilenet_v1, widths x 0.6"


def main() -> None:
    """Print the table."""
    print("| network | advice | mult-adds | params | memory access | work |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, network in networks():
        advice = macflops.audit(network).advice
        print(f"| {name} | {' | '.join(cells(advice))} |")


def networks() -> Iterator[tuple[str, Network]]:
    """Yield the networks of the table by name."""
    for name in NAMES:
        yield name, macflops.load(f"zoo:{name}")
    yield THIN, thin_mobilenet()


def thin_mobilenet() -> Network:
    """Return MobileNet V1 at 0.6 times its widths, rounded: 19, 38, 77 and so on."""
    from macflops.advice.widths import widths

    found = widths(macflops.load("zoo:mobilenet_v1"))
    return found.changed({v: round(0.6 * found.roles[v].width) for v in found.free})


def cells(advice: Advice | None) -> Iterator[str]:
    """Yield what was advised, or why nothing was, and the recount."""
    if advice is not None and advice.steps:
        yield ", ".join(step.rewrite for step in advice.steps)
        effect = advice.recount
        for change in (effect.mult_adds, effect.params, effect.mac_elements, effect.work):
            yield "" if change is None else f"{100 * change:+.1f} %"
        return
    refused = advice.refused if advice is not None else ()
    yield "; ".join(f"no {r.rewrite}: {r.why.partition(':')[0]}" for r in refused) or "none: no rewrite applies"
    yield from ("", "", "", "")


if __name__ == "__main__":
    main()
