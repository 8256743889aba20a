"""Settings: `[tool.macflops]` of the nearest pyproject.toml."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from macflops.errors import Location, SourceError
from macflops.guidelines import codes
from macflops.guidelines.findings import Thresholds
from macflops.machine import Machine

OPTIONS = frozenset(
    {
        "set",
        "variant",
        "input-shape",
        "batch",
        "dtype",
        "fusion",
        "strict",
        "format",
        "select",
        "ignore",
        "fail-on",
        "top",
    }
)
SUFFIXES = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class Settings(NamedTuple):
    """What a pyproject.toml says: options by long name, and tables (budget, rules, severity, limits)."""

    file: str
    options: dict[str, Any]
    tables: dict[str, Any]


def nearest(source: str) -> Settings | None:
    """Return the settings that hold for a source, or None. Raises SourceError on a setting that is not known."""
    folder = os.path.abspath(os.path.dirname(source) if os.path.isfile(source) else ".")
    while True:
        file = os.path.join(folder, "pyproject.toml")
        if os.path.isfile(file):
            return read(file)
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def read(file: str) -> Settings | None:
    """Return what a pyproject.toml says, None where it says nothing of macflops."""
    try:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
    except (UnicodeDecodeError, OSError) as error:
        raise SourceError(Location(file), f"cannot be read: {error}", "mend it") from None
    if not mentions(text):  # most often: no parser is needed to see that
        return None
    import tomllib

    try:
        table = tomllib.loads(text).get("tool", {}).get("macflops")
    except tomllib.TOMLDecodeError as error:
        raise SourceError(Location(file), f"cannot be read: {error}", "mend it") from None
    if table is None:
        return None
    tables = {name: value for name, value in table.items() if name in TABLES}
    options = {name: value for name, value in table.items() if name in OPTIONS}
    for name, value in table.items():
        if name not in OPTIONS and name not in TABLES:
            known = ", ".join(sorted(OPTIONS | set(TABLES)))
            raise SourceError(Location(file), f"tool.macflops.{name} is no setting", f"known are {known}")
        if name in TABLES:
            check_table(file, name, value)
    for name, value in options.items():
        if isinstance(value, dict) and name == "set":
            options[name] = [f"{key}={item}" for key, item in value.items()]
        elif isinstance(value, list) and name in ("select", "ignore"):
            options[name] = ",".join(map(str, value))
        elif isinstance(value, str) and name == "input-shape":
            options[name] = [value]
    return Settings(file, options, tables)


def mentions(text: str) -> bool:
    """Tell whether a pyproject.toml may hold our settings: a line with `tool` and `macflops`, or a bare `[tool]`."""
    return any("tool" in line and ("macflops" in line or "." not in line) for line in text.splitlines())


def check_table(file: str, name: str, table: Any) -> None:
    """Raise SourceError on a table with a key that is not known or a value that is no number."""
    if not isinstance(table, dict):
        raise SourceError(Location(file), f"tool.macflops.{name} is no table", f"write [tool.macflops.{name}]")
    known = TABLES[name]()
    for key, value in table.items():
        if known is not None and key not in known:
            raise SourceError(
                Location(file), f"tool.macflops.{name}.{key} is no setting", f"known are {', '.join(known)}"
            )
        if name != "budget" and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0):
            raise SourceError(
                Location(file), f"tool.macflops.{name}.{key} is {value!r}", "it has to be a number over 0"
            )


def limits_fields() -> Iterable[str]:
    """Return the names of the reader's limits."""
    from macflops.readers.yaml import Limits

    return Limits._fields


TABLES: dict[str, Any] = {
    "budget": lambda: None,
    "rules": codes,
    "severity": lambda: ("warning", "error"),
    "limits": limits_fields,
    "machine": lambda: Machine._fields,
    "advice": lambda: ("mult_adds", "params"),
}


def thresholds(tables: Mapping[str, Any]) -> Thresholds:
    """Return the thresholds that settings ask for."""
    severity = tables.get("severity", {})
    default = Thresholds()
    return Thresholds(
        tables.get("rules", {}),
        severity.get("warning", default.warning_share),
        severity.get("error", default.error_share),
    )


def machine(tables: Mapping[str, Any], file: str = "pyproject.toml") -> Machine:
    """Return the machine that settings describe. Raises SourceError where its grain is no whole number."""
    found = Machine(**tables.get("machine", {}))
    if not isinstance(found.grain, int):
        raise SourceError(Location(file), f"tool.macflops.machine.grain is {found.grain}", "it is a number of channels")
    return found


def budgets(given: Iterable[str], tables: Mapping[str, Any]) -> dict[str, int]:
    """Return budgets from NAME=MAX and from settings; MAX may end in k, M, G, T. Raises SourceError elsewhere."""
    found = {name: amount("budget", f"{name}={most}", str(most)) for name, most in tables.get("budget", {}).items()}
    for text in given:
        name, equals, most = text.partition("=")
        if not equals:
            raise SourceError(Location("budget"), f"{text!r} is no budget", "write NAME=MAX, as mult_adds=150M")
        found[name.strip().replace("-", "_")] = amount("budget", text, most)
    return found


def amount(option: str, text: str, number: str) -> int:
    """Return 150M or 1.5e9 as an integer. Raises SourceError where it is no number."""
    from decimal import Decimal, InvalidOperation

    stripped = number.strip()
    factor = SUFFIXES.get(stripped[-1:], 1)
    try:
        value = Decimal(stripped[:-1] if factor > 1 else stripped) * factor
        if not value.is_finite() or value < 0 or value.adjusted() > 30:
            raise InvalidOperation
    except InvalidOperation:
        raise SourceError(Location(option), f"{text!r}: {stripped!r} is no amount", "write a number, as 150M") from None
    return int(value)
