"""Operators of ONNX: functions named as they are, found by name, in files by what they do.

A function's inputs are its positional arguments after the place, which it adds its layers through; its keyword defaults
are the attributes' defaults, and an attribute that is not in its signature is an error. Where an operator changed, one
function reads all its versions. Source: onnx/docs/Operators.md and Changelog.md, operator sets 7 to 28.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from macflops.members import members

COMMON = ("convolution", "activations", "arithmetic", "pooling", "products", "views", "norms", "copies", "constants")
MISPLACED = ("SimplifiedLayerNormalization",)  # which ONNX Runtime writes without a domain
DOMAINS = {"": "operators", "com.microsoft": "microsoft"}  # whose operators are read, and the folder that has them


@cache
def table(domain: str = "") -> dict[str, Callable[..., Any]]:
    """Return the function of each operator of a domain, by name."""
    functions: dict[str, Callable[..., Any]] = {}
    package = import_module(f"macflops.readers.onnx.{DOMAINS[domain]}")
    for file in members(str(package.__file__)):
        module = import_module(f"{package.__name__}.{file}")
        own = ((name, f) for name, f in vars(module).items() if getattr(f, "__module__", "") == module.__name__)
        functions.update((name, f) for name, f in own if name[0].isupper() and hasattr(f, "__code__"))
    return functions


def find(name: str, domain: str = "") -> Callable[..., Any] | None:
    """Return the function that reads an operator, or None where there is none."""
    if name in MISPLACED:
        domain = "com.microsoft"
    return found(name, domain) if domain in DOMAINS else None


@cache
def found(name: str, domain: str) -> Callable[..., Any] | None:
    """Return the function of an operator, of the first file that has it: the others are not imported."""
    package = import_module(f"macflops.readers.onnx.{DOMAINS[domain]}")
    files = members(str(package.__file__))
    for file in (*(file for file in COMMON if file in files), *(file for file in files if file not in COMMON)):
        module = import_module(f"{package.__name__}.{file}")
        function = vars(module).get(name)
        if getattr(function, "__module__", "") == module.__name__ and hasattr(function, "__code__"):
            return function
    return None


def refusal(name: str, domain: str = "") -> str:
    """Return why an operator is not read, "" where nothing is known of it."""
    return REFUSED.get(name, "") if not domain else ""


TEXT = "on text"
BYTES = "on an encoded file"
ELEMENTS = "whose output is as long as its input's elements say"
STATE = "of attention with a recurrent state"
REFUSED = {  # operators of ONNX that are not read, and why
    "ImageDecoder": BYTES,
    "NonMaxSuppression": ELEMENTS,
    "RegexFullMatch": TEXT,
    "StringConcat": TEXT,
    "StringNormalizer": TEXT,
    "StringSplit": TEXT,
    "TfIdfVectorizer": TEXT,
    "CausalConvWithState": STATE,
    "LinearAttention": STATE,
}
