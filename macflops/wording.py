"""How numbers are written in sentences: 5.5 %, 137.5 M, 104.6 MB."""

from __future__ import annotations

PREFIXES = ((10**15, "P"), (10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def percent(share: float, digits: int = 0) -> str:
    """Return a share as a percentage: 0.055 is 5.5 %."""
    return f"{100 * share:.{digits}f} %"


def quantity(number: float, unit: str = "") -> str:
    """Return a count to three or four digits with a decimal prefix: 137500000 is 137.5 M, with the unit B 137.5 MB."""
    for factor, prefix in PREFIXES:
        if abs(number) >= factor * 0.99995:
            scaled = number / factor
            digits = (2 if unit else 3) if abs(scaled) < 9.995 else 1
            return f"{scaled:.{digits}f} {prefix}{unit}"
    return f"{number} {unit}".rstrip()
