"""How numbers are written in sentences: 5.5 %, 137.5 M, 104.6 MB."""

from __future__ import annotations

PREFIXES = tuple((1000**power, prefix) for power, prefix in zip(range(8, 0, -1), "YZEPTGMk", strict=True))


def percent(share: float, digits: int = 0) -> str:
    """Return a share as a percentage: 0.055 is 5.5 %."""
    return f"{100 * share:.{digits}f} %"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 layer, 2 layers."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def quantity(number: float, unit: str = "") -> str:
    """Return a count to three or four digits with a decimal prefix: 137500000 is 137.5 M, with the unit B 137.5 MB."""
    if abs(number) >= 10**27:  # however large, and no float need hold it
        from decimal import Decimal

        return f"{Decimal(number):.2e} {unit}".rstrip()
    for factor, prefix in PREFIXES:
        if abs(number) >= factor * 0.99995:
            scaled = number / factor
            digits = (2 if unit else 3) if abs(scaled) < 9.995 else 1
            return f"{scaled:.{digits}f} {prefix}{unit}"
    return f"{number} {unit}".rstrip()
