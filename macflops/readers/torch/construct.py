"""From torch:MODULE:CALLABLE to a module: imports the user's code, and builds the module without its weights."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from macflops.errors import Location, SourceError
from macflops.readers.torch.modules import redirected
from macflops.readers.torch.places import Lines, noting
from macflops.readers.torch.record import SMALL, here, tensors_in
from macflops.spelling import did_you_mean

WRITE = "write torch:MODULE:CALLABLE: torch:net.py:Net, torch:package.module:make"


def constructed(source: str, given: Mapping[str, Any]) -> tuple[Any, str, dict[str, Any]]:
    """Return the module that a source names, its name, and what of `given` its CALLABLE does not take."""
    module_name, colon, name = source.removeprefix("torch:").rpartition(":")
    if not (colon and module_name and name):
        raise SourceError(Location(source), "it names no MODULE and CALLABLE", WRITE)
    found: Any = imported(source, module_name)
    for part in name.split("."):
        if not hasattr(found, part):
            known = (
                [n for n, v in vars(found).items() if callable(v) and not n.startswith("_")]
                if hasattr(found, "__dict__")
                else []
            )
            hint = did_you_mean(part, known, "it has") if known else WRITE
            raise SourceError(Location(source), f"{module_name} has no {part}", hint)
        found = getattr(found, part)
    return built(found, source, name, given)


def built(found: Any, source: str, name: str, given: Mapping[str, Any]) -> tuple[Any, str, dict[str, Any]]:
    """Return the module that a class, a function or a module is, its name, and what of `given` is left."""
    rest = dict(given)
    if not isinstance(found, torch.nn.Module):
        if not callable(found):
            what = f"{name} is a {type(found).__name__}"
            raise SourceError(Location(source), what, "name a torch.nn.Module, a class, or a function that returns one")
        taken = {key: value(rest.pop(key)) for key in list(rest) if takes(found, key)}
        found = called(lambda: found(**taken), source)
    if not isinstance(found, torch.nn.Module):
        what = f"{name} returns a {type(found).__name__}"
        raise SourceError(Location(source), what, "it has to return a torch.nn.Module")
    return found, name, rest


def takes(function: Any, name: str) -> bool:
    """Tell whether a function has a parameter of this name."""
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def value(given: Any) -> Any:
    """Return what a NAME=VALUE says: a number or a truth value where it reads as one."""
    if not isinstance(given, str):
        return given
    for kind in (int, float):
        try:
            return kind(given)
        except ValueError:
            pass
    return {"true": True, "false": False, "none": None}.get(given.lower(), given)


def imported(source: str, name: str) -> Any:
    """Return the user's module, imported: its code runs."""
    if name.endswith(".py") or os.sep in name:
        path = name if name.endswith(".py") else f"{name}.py"
        if not os.path.isfile(path):
            raise SourceError(Location(path), "no such file", WRITE)
        folder = os.path.dirname(os.path.abspath(path))
        title = os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(title, os.path.abspath(path))
        assert spec is not None
        loader = spec.loader
        assert loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(title, module)  # dataclasses and pickles look there

        def run() -> Any:
            loader.exec_module(module)
            return module

        return called(run, source, folder)
    top = name.partition(".")[0]

    def load() -> Any:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name and (name == error.name or name.startswith(f"{error.name}.")):
                hint = f"it is looked for from the current folder; give its path: torch:{top}.py:NAME"
                raise SourceError(Location(source), f"no module named {error.name}", hint) from None
            raise

    return called(load, source, os.getcwd())


def called(function: Callable[[], Any], source: str, folder: str | None = None) -> Any:
    """Run the user's code without allocating weights; tell its error in one line, at its place."""
    lines = Lines(source)
    if folder is not None and folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        with redirected(), torch.no_grad(), noting(lines):
            try:
                with WithoutWeights():  # type: ignore[no-untyped-call]
                    return function()
            except (NotImplementedError, RuntimeError) as error:
                if "meta" not in str(error).lower():
                    raise
                return function()  # it needs numbers of what had none: then all have them
    except (SourceError, KeyboardInterrupt, MemoryError):
        raise
    except SyntaxError as error:
        place = Location(error.filename or source, error.lineno or 0, error.offset or 0)
        raise SourceError(place, f"SyntaxError: {error.msg}", f"{source} cannot be imported") from None
    except BaseException as error:
        text = " ".join(str(error).split())[:200]
        what = f"{type(error).__name__}: {text}" if text else type(error).__name__
        raise SourceError(lines.of(error), what, f"raised by the code that {source} runs") from None


class WithoutWeights(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Gives large tensors no elements as they are made, and whatever is computed with them."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run one operator, without elements where that saves something."""
        kwargs = kwargs or {}
        tensors = list(tensors_in((args, kwargs.values())))
        if not tensors:
            size = args[0] if args else kwargs.get("size", ())
            if isinstance(size, (list, tuple)) and "device" in kwargs:
                elements = 1
                for side in size:
                    elements *= side if isinstance(side, int) else 1
                if elements > SMALL:
                    kwargs = {**kwargs, "device": torch.device("meta")}
        elif any(t.device.type == "meta" for t in tensors):
            if kwargs.get("device") is not None:
                kwargs = {**kwargs, "device": torch.device("meta")}
            args, kwargs = here(bare(args), "meta"), bare(kwargs)
        return func(*args, **kwargs)


def bare(given: Any) -> Any:
    """Return arguments with tensors without elements in the place of others."""
    if isinstance(given, torch.Tensor):
        return given if given.device.type == "meta" else given.to("meta")
    if isinstance(given, (list, tuple)):
        return type(given)(bare(part) for part in given)
    if isinstance(given, dict):
        return {name: bare(part) for name, part in given.items()}
    return given
