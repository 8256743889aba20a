"""The page on the format and the JSON Schema: both say what the reader does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from macflops import ops
from macflops.calculation import FUNCTIONS
from macflops.errors import SourceError
from macflops.readers.yaml import Limits, read
from macflops.readers.yaml.document import KEYS
from macflops.schemas.network import schema

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/yaml.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SHIPPED = sorted((ROOT / "macflops/zoo").glob("*.yaml"))
BROKEN = re.findall(r"=== (.*)\n((?:.*\n)*?)--- (.*)\n", Path(__file__).with_name("broken.txt").read_text("utf-8"))
SCHEMA = schema()
CHECKER = jsonschema.Draft202012Validator(SCHEMA)


class Core(yaml.SafeLoader):
    """Loads YAML as an editor does: only true and false are booleans, and keys are texts."""


Core.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith(("null", "int", "float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))


def loaded(text: str) -> Any:
    """Return a text as JSON has it."""

    def keyed(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): keyed(item) for key, item in value.items()}
        return [keyed(item) for item in value] if isinstance(value, list) else value

    return keyed(yaml.load(text, Core))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(KEYS)
    entry = SCHEMA["$defs"]["entry"]["anyOf"][1]["properties"]
    assert set(ops.names()) < set(entry)
    assert entry["conv"]["properties"]["bias"]["default"] is True
    assert entry["conv"]["required"] == ["out"]


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_on_the_page_is_read_and_passes_the_schema(text: str) -> None:
    net = read(text, "example.yaml")
    assert net.layers
    assert not net.warnings
    CHECKER.validate(loaded(text))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_network_that_ships_passes_the_schema(path: Path) -> None:
    CHECKER.validate(loaded(path.read_text("utf-8")))


@pytest.mark.parametrize(
    "title",
    [
        "a part that is not known", "a version to come", "no input", "no layers", "layers that are a mapping",
        "an input that is a number", "an input that is empty", "parameters in a list", "a misspelt field",
        "a field of an operator without fields", "a field that is missing", "a number for a mapping of fields",
        "a field beside its operator", "a setting among the fields", "from 0", "a name with a dot",
        "branches with another join", "branches without a join", "a path that is no list", "a repeat without times",
        "squeeze-and-excitation without a width", "a block that is no list", "a list for an entry",
        "a number over the limit", "no outputs",
    ],
)  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(title: str) -> None:
    (text,) = (text for name, text, _ in BROKEN if name == title)
    assert not CHECKER.is_valid(loaded(text))
    with pytest.raises(SourceError):
        read(text, "model.yaml")


def test_the_page_names_every_limit_and_every_function() -> None:
    (toml,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert tomllib.loads(toml)["tool"]["macflops"]["limits"] == Limits()._asdict()
    assert all(f"`{name}" in PAGE for name in FUNCTIONS)
    assert all(f"`{name}`" in PAGE for name in KEYS)
