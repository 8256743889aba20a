"""From a module to a run: its inputs made, the module run once without numbers, errors told at their lines."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any

import torch

from macflops.errors import Location, SourceError
from macflops.readers.torch.calls import Given, Held, Run
from macflops.readers.torch.higher import eagerly
from macflops.readers.torch.inputs import Wanted, wanted
from macflops.readers.torch.places import Lines
from macflops.readers.torch.record import Recorder, TooLong
from macflops.readers.torch.symbols import CURRENT, Symbols, plain


def recorded(
    module: Any,
    source: str,
    name: str,
    shapes: Mapping[str | None, Sequence[int | str]] | None,
    batch: int | None,
    most: int,
) -> Run:
    """Return one run of a module in inference. Raises SourceError where it cannot run."""
    module = getattr(module, "_orig_mod", module)  # torch.compile's wrapper
    inputs = wanted(module, source, shapes, batch)
    inference = True
    for _ in range(len(inputs) + 2):
        run, failed = attempt(module, source, name, inputs, most, inference)
        if run is not None:
            return run
        if inference and "inference tensor" in failed.what:  # what that mode forbids, and no_grad does not
            inference = False
            continue
        retyped = with_indices(inputs, failed)
        if retyped is None:
            raise failed
        inputs = retyped
    raise failed


def with_indices(inputs: list[Wanted], error: Any) -> list[Wanted] | None:
    """Return the inputs with one more that holds indices, where a table could not be looked up with floats."""
    text = str(error.what)
    if "scalar type" not in text and "must be long" not in text and "dtype" not in text.lower():
        return None
    first = next((i for i, one in enumerate(inputs) if one.dtype == "float32" and not one.fixed), None)
    if first is None:
        return None
    return [one._replace(dtype="int64") if i == first else one for i, one in enumerate(inputs)]


def attempt(
    module: Any, source: str, name: str, inputs: list[Wanted], most: int, inference: bool
) -> tuple[Run | None, Any]:
    """Return a run, or the error that it ended in."""
    lines = Lines(source)
    symbols = Symbols([one.shape for one in inputs], source)
    require_made(module, source)
    held, paths = owned(module)
    run = Run(name)
    recorder = Recorder(run, held, lines, symbols, most)
    CURRENT.append(symbols)
    try:
        with as_inference(module, inference), symbols.running():
            given = [tensor(one, symbols) for one in inputs]
            for one, made in zip(inputs, given, strict=True):
                run.inputs.append(Given(one.name, id(made), tuple(map(plain, made.shape)), one.dtype))
                recorder.seen.add(id(made))
                recorder.kept.append(made)
            watched = symbols.watched(lines, recorder.warn)
            with recorder, recorder.watching(module, paths), watched, eagerly(), redirected():
                output = run_once(module, inputs, given)
        run.outputs = [id(one) for one in tensors_of(output)]
        for one in tensors_of(output):
            if id(one) not in recorder.seen:
                recorder.hold(one)
        run.warnings += symbols.check()
    except TooLong as error:
        return None, SourceError(Location(source), str(error), "[tool.macflops.limits] layers")
    except SourceError as error:
        return None, error
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        return None, told(error, lines, paths, recorder.failed if recorder.failure is error else "")
    finally:
        CURRENT.pop()
    if not run.outputs:
        return None, SourceError(Location(source), "its output holds no tensors", "return tensors from forward")
    run.parameters = {one.name: elements(one) for one in held.values() if one.learnable}
    return run, None


def run_once(module: Any, inputs: list[Wanted], given: list[Any]) -> Any:
    """Run the module."""
    args = [made for one, made in zip(inputs, given, strict=True) if not one.keyword]
    kwargs = {one.name: made for one, made in zip(inputs, given, strict=True) if one.keyword}
    return module(*args, **kwargs)


def tensor(one: Wanted, symbols: Symbols) -> Any:
    """Return an input without elements."""
    sides = [symbols.dimension(dim) for dim in one.shape]
    return torch.empty(sides, dtype=getattr(torch, one.dtype), device="cpu" if symbols else "meta")


def require_made(module: Any, source: str) -> None:
    """Raise SourceError where a lazy module has not made its weights yet: making them would change it."""
    for name, one in chain(module.named_parameters(), module.named_buffers()):
        if torch.nn.parameter.is_lazy(one):
            what = f"{name} is not made yet: its module is lazy"
            raise SourceError(Location(source), what, "run the module once on an input, or give its width")


def owned(module: Any) -> tuple[dict[int, Held], dict[int, str]]:
    """Return the tensors that a module holds, and the paths of its modules, by identity; the first name counts."""
    held: dict[int, Held] = {}
    for name, one in module.named_parameters():
        held.setdefault(id(one), Held(name, tuple(one.shape), str(one.dtype)[6:], True))
    for name, one in module.named_buffers():
        held.setdefault(id(one), Held(name, tuple(one.shape), str(one.dtype)[6:], False))
    paths: dict[int, str] = {}
    for path, inner in module.named_modules():
        paths.setdefault(id(inner), path)
    return held, paths


def elements(one: Held) -> int:
    """Return how many elements a tensor has."""
    number = 1
    for side in one.shape:
        number *= side
    return number


@contextlib.contextmanager
def as_inference(module: Any, inference: bool) -> Iterator[None]:
    """Have the module run as in inference, without the fused kernels that hide what they compute; then as it was."""
    training = [inner for inner in module.modules() if inner.training]
    module.eval()
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.inference_mode() if inference else torch.no_grad():
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        for inner in training:
            inner.training = True


@contextlib.contextmanager
def redirected() -> Iterator[None]:
    """Send what a user's code prints to standard error: standard output is the result's."""
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def tensors_of(output: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the tensors in what a module returns."""
    if isinstance(output, torch.Tensor):
        yield output
    elif depth > 20 or output is None or isinstance(output, (str, bytes, int, float)):
        return
    elif isinstance(output, Mapping):
        for part in output.values():
            yield from tensors_of(part, depth + 1)
    elif isinstance(output, (list, tuple, set)):
        for part in output:
            yield from tensors_of(part, depth + 1)
    elif is_dataclass(output) and not isinstance(output, type):
        for field in fields(output):
            yield from tensors_of(getattr(output, field.name, None), depth + 1)


def told(error: BaseException, lines: Lines, paths: dict[int, str], on: str) -> SourceError:
    """Return a module's own error at its line, with the path of the module that it came from."""
    path = ""
    trace = error.__traceback__
    while trace is not None:
        inner = trace.tb_frame.f_locals.get("self")
        if isinstance(inner, torch.nn.Module):
            path = paths.get(id(inner), path) or path
        trace = trace.tb_next
    kind, text = type(error).__name__, " ".join(str(error).split())[:200]
    text = f"{kind}: {text}" if kind not in ("RuntimeError", "ValueError") or not text else text
    what = ": ".join(part for part in (path, on, text) if part)
    return SourceError(lines.of(error), what, "the module's own error: mend it, or give another --input-shape")
