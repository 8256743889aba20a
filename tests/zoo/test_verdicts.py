"""What the guidelines say of published networks: figures of an independent trial at 224 pixels, without fusion."""

from __future__ import annotations

import pytest

import macflops

KNOWN = [  # network; percent wasted under G1, G2, G4; most operators side by side (G3); efficiency; rules broken
    ("shufflenet_v1_g1_x1_0", 2.4, 0, 11.0, 2, 0.875, "G1 G4"),
    ("shufflenet_v1_g3_x1_0", 2.6, 5.5, 9.5, 2, 0.580, "G1 G2 G4"),
    ("shufflenet_v1_g8_x1_0", 3.1, 8.8, 10.6, 2, 0.389, "G1 G2 G4"),
    ("shufflenet_v2_x0_5", 0, 0, 0, 4, 0.988, ""),
    ("shufflenet_v2_x1_0", 0, 0, 0, 4, 0.990, ""),
    ("shufflenet_v2_x1_5", 0.3, 0, 0, 4, 0.986, ""),
    ("shufflenet_v2_x2_0", 0.4, 0, 0, 4, 0.984, ""),
    ("mobilenet_v1", 0, 0, 10.4, 0, 0.983, "G4"),
    ("mobilenet_v2", 3.9, 0, 19.9, 0, 0.797, "G1 G4"),
    ("resnet50", 2.4, 0, 6.2, 2, 0.932, "G1 G4"),
    ("resnext50_32x4d", 0.4, 4.1, 4.7, 2, 0.868, "G2 G4"),
    ("googlenet", 3.5, 0, 0, 7, 0.893, "G1 G3"),
    ("nasnet_a_mobile", 1.3, 0, 9.2, 26, 0.932, "G1 G3 G4"),  # the trial, whose way to halve is not known: 8.9 under G4
    ("squeezenet1_1", 4.8, 0, 0, 2, 0.798, "G1"),
    ("densenet121", 2.1, 0, 4.3, 0, 0.897, "G1 G4"),
]


@pytest.mark.parametrize(("network", "g1", "g2", "g4", "g3", "efficiency", "broken"), KNOWN)
def test_the_known_verdicts_come_out(
    network: str, g1: float, g2: float, g4: float, g3: int, efficiency: float, broken: str
) -> None:
    verdict = macflops.audit(f"zoo:{network}").verdict
    assert verdict is not None
    assert verdict.efficiency is not None
    shares = [round(100 * (verdict.rules[code].mac_share or 0), 1) for code in ("G1", "G2", "G4")]
    assert shares == [g1, g2, g4]
    assert (verdict.rules["G3"].worst or 0) == g3
    assert round(verdict.efficiency, 3) == efficiency
    rules = verdict.rules.items()
    assert [code for code, rule in rules if rule.severity in ("warning", "error")] == broken.split()
