"""Settings: `[tool.macflops]` of the nearest pyproject.toml."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from macflops.budgets import budgets
from macflops.errors import Location, SourceError
from macflops.guidelines import codes
from macflops.guidelines.findings import Thresholds
from macflops.machine import Machine
from macflops.records import Record

LARGEST = 1e15  # number that a setting may hold: no product with it leaves what a float can


class Settings(Record):
    """What a pyproject.toml says: options by long name, as on the command line, and tables."""

    file: str
    options: dict[str, Any]
    tables: dict[str, Any]


def nearest(source: str) -> Settings | None:
    """Return the settings that hold for a source, or None. Raises SourceError on a setting that is not known."""
    try:
        folder = os.path.abspath(os.path.dirname(source) if os.path.isfile(source) else ".")
    except (OSError, ValueError):  # the working folder is gone, or the source's name holds a NUL
        return None
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
        tool = tomllib.loads(text).get("tool")
    except tomllib.TOMLDecodeError as error:
        raise SourceError(Location(file), f"cannot be read: {error}", "mend it") from None
    table = tool.get("macflops") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SourceError(Location(file), "tool.macflops is no table", "write [tool.macflops]")
    options: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for name, value in table.items():
        if name in OPTIONS:
            options[name] = OPTIONS[name](file, f"tool.macflops.{name}", value)
        elif name not in TABLES:
            known = ", ".join(sorted((*OPTIONS, *TABLES)))
            raise SourceError(Location(file), f"tool.macflops.{name} is no setting", f"known are {known}")
        elif not isinstance(value, dict):
            raise SourceError(Location(file), f"tool.macflops.{name} is no table", f"write [tool.macflops.{name}]")
        else:
            tables[name] = TABLES[name](file, f"tool.macflops.{name}", value)
    return Settings(file, options, tables)


def mentions(text: str) -> bool:
    """Tell whether a pyproject.toml may hold our settings: a line with `tool` and `macflops`, or a bare `[tool]`."""
    return any("tool" in line and ("macflops" in line or "." not in line) for line in text.splitlines())


def refused(file: str, name: str, value: Any, wanted: str) -> SourceError:
    """Return the error for a value that a setting does not take."""
    return SourceError(Location(file), f"{name} is {value!r}", f"it has to be {wanted}")


def of_type(kind: type, wanted: str) -> Callable[[str, str, Any], Any]:
    """Return a reader of values of one type."""

    def read_value(file: str, name: str, value: Any) -> Any:
        if type(value) is not kind:
            raise refused(file, name, value, wanted)
        return value

    return read_value


def rules(file: str, name: str, value: Any) -> str:
    """Return codes of rules, given as a text or a list, as one text."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
        raise refused(file, name, value, 'codes of rules: ["G1", "G2"]')
    for part in parts:
        if part.strip().upper() not in codes():
            raise SourceError(Location(file), f"{name}: there is no rule {part!r}", f"use some of {', '.join(codes())}")
    return ",".join(parts)


def assignments(file: str, name: str, value: Any) -> list[str]:
    """Return a table of values as NAME=VALUE, each value as it would stand in YAML."""
    if not isinstance(value, dict):
        raise refused(file, name, value, f"a table: [{name}]")
    import json

    try:
        return [f"{key}={item if isinstance(item, str) else json.dumps(item)}" for key, item in value.items()]
    except TypeError:  # TOML has dates
        raise refused(file, name, value, "of texts, numbers, lists and tables") from None


def shapes(file: str, name: str, value: Any) -> list[str]:
    """Return shapes, given as one or a list or by input name, as [NAME=]1x3x224x224."""
    if isinstance(value, dict):
        return [f"{key}={shape(file, name, item)}" for key, item in value.items()]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return [shape(file, name, value)]


def shape(file: str, name: str, value: Any) -> str:
    """Return a shape, given as a text or a list of dimensions, as 1x3x224x224."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value or not all(type(item) in (int, str) for item in value):
        raise refused(file, name, value, 'a shape: "1x3x224x224"')
    return "x".join(map(str, value))


def positive(file: str, name: str, value: Any) -> Any:
    """Return a number over 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= LARGEST:
        raise refused(file, name, value, f"a number over 0, at most {LARGEST:g}")
    return value


def whole(file: str, name: str, value: Any) -> Any:
    """Return a whole number over 0."""
    if type(value) is not int or value < 1:
        raise refused(file, name, value, "a whole number over 0")
    return value


def of_a_machine(file: str, name: str, value: Any) -> Any:
    """Return what a machine is described by: its grain a whole number of channels, its balance any over 0."""
    return whole(file, name, value) if name.endswith("grain") else positive(file, name, value)


def table_of(
    known: Callable[[], Iterable[str]], item: Callable[[str, str, Any], Any]
) -> Callable[[str, str, dict[str, Any]], dict[str, Any]]:
    """Return a reader of tables with these keys."""

    def read_table(file: str, name: str, table: dict[str, Any]) -> dict[str, Any]:
        keys = tuple(known())
        for key in table:
            if key not in keys:
                raise SourceError(Location(file), f"{name}.{key} is no setting", f"known are {', '.join(keys)}")
        return {key: item(file, f"{name}.{key}", value) for key, value in table.items()}

    return read_table


def limits_fields() -> Iterable[str]:
    """Return the names of the reader's limits."""
    from macflops.readers.yaml import Limits

    return Limits._fields


OPTIONS: dict[str, Callable[[str, str, Any], Any]] = {
    "set": assignments,
    "variant": of_type(str, "a text"),
    "input-shape": shapes,
    "batch": of_type(int, "a whole number"),
    "dtype": of_type(str, "a text"),
    "fusion": of_type(str, "a text"),
    "strict": of_type(bool, "true or false"),
    "format": of_type(str, "a text"),
    "select": rules,
    "ignore": rules,
    "fail-on": of_type(str, "a text"),
    "no-advice": of_type(bool, "true or false"),
    "top": of_type(int, "a whole number"),
}
TABLES: dict[str, Callable[[str, str, dict[str, Any]], dict[str, Any]]] = {
    "budget": lambda file, name, table: budgets(table, Location(file)),
    "rules": table_of(codes, positive),
    "severity": table_of(lambda: ("warning", "error"), positive),
    "limits": table_of(limits_fields, whole),
    "machine": table_of(lambda: Machine._fields, of_a_machine),
    "advice": table_of(lambda: ("mult_adds", "params"), positive),
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


def machine(tables: Mapping[str, Any]) -> Machine:
    """Return the machine that settings describe."""
    return Machine(**tables.get("machine", {}))
