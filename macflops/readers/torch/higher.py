"""Operators of higher order while a module runs: each of their graphs runs once, and is recorded as a body.

PyTorch hands them to the recorder when it is registered with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import torch

from macflops.readers.torch.calls import Body, Call, Made
from macflops.readers.torch.replay import Unknowable, replayed

if TYPE_CHECKING:
    from macflops.readers.torch.record import Recorder

NAMES = ("cond", "while_loop", "scan", "map_impl")


def register(recorder: type[Recorder]) -> None:
    """Have PyTorch hand these operators to a kind of recorder."""
    for name in NAMES:
        with suppress(ImportError, AttributeError):  # of another version of PyTorch
            getattr(torch.ops.higher_order, name).py_impl(recorder)(globals()[name])


@contextmanager
def eagerly() -> Iterator[None]:
    """Have nothing compiled: what compiles a graph first leaves marks in PyTorch when a recorder is at work."""
    compiling = torch.compile

    def as_it_is(model: Any = None, **options: Any) -> Any:
        return model if model is not None else as_it_is

    torch.compile = as_it_is
    try:
        yield
    finally:
        torch.compile = compiling


def cond(mode: Recorder, pred: Any, true_fn: Any, false_fn: Any, operands: Sequence[Any]) -> Any:
    """Note both branches; return what the first makes. A condition that does not depend on the input is known."""
    first, made = ran(mode, true_fn, operands, ())
    second, _ = ran(mode, false_fn, operands, ())
    known = number(mode, pred)
    condition = mode.plain(pred) if known is None else bool(known)
    return noted(mode, "cond", (condition, first, second), {}, made)


def while_loop(
    mode: Recorder, cond_fn: Any, body_fn: Any, carried_inputs: Sequence[Any], additional_inputs: Sequence[Any]
) -> Any:
    """Note the condition and the body of a loop; return what it carries."""
    own = fresh(mode, carried_inputs)
    condition, _ = ran(mode, cond_fn, (*own, *additional_inputs), own)
    body, made = ran(mode, body_fn, (*own, *additional_inputs), own)
    numbers = tuple(number(mode, one) for one in carried_inputs)
    args = (condition, body, mode.plain(tuple(carried_inputs)))
    return noted(mode, "while_loop", args, {"numbers": numbers}, made)


def scan(
    mode: Recorder, combine_fn: Any, init: Sequence[Any], xs: Sequence[Any], additional_inputs: Sequence[Any]
) -> Any:
    """Note the body of a loop along the first dimension of some tensors; return what it carries and what it stacks."""
    own = fresh(mode, (*init, *(x[0] for x in xs)))
    body, made = ran(mode, combine_fn, (*own, *additional_inputs), own)
    whole = [*made[: len(init)], *stacked(made[len(init) :], xs[0].shape[0])]
    return noted(mode, "scan", (body, mode.plain(tuple(init)), mode.plain(tuple(xs))), {}, whole)


def map_impl(mode: Recorder, f: Any, xs: Sequence[Any], pos_args: Sequence[Any]) -> Any:
    """Note a body that runs on each part of some tensors along the first dimension; return what it stacks."""
    own = fresh(mode, [x[0] for x in xs])
    body, made = ran(mode, f, (*own, *pos_args), own)
    return noted(mode, "map_impl", (body, mode.plain(tuple(xs))), {}, stacked(made, xs[0].shape[0]))


def ran(mode: Recorder, function: Callable[..., Any], operands: Sequence[Any], own: Sequence[Any]) -> Any:
    """Run a graph; return it as a body, and what it made."""
    calls, mode.run.calls = mode.run.calls, []
    try:
        with mode:
            made = function(*operands)
    finally:
        found, mode.run.calls = mode.run.calls, calls
    outputs = list(made) if isinstance(made, (tuple, list)) else [made]
    keys = [mode.plain(one).key if isinstance(one, torch.Tensor) else None for one in outputs]
    return Body(tuple(map(id, own)), tuple(found), tuple(keys)), outputs


def fresh(mode: Recorder, given: Sequence[Any]) -> list[Any]:
    """Return tensors like these that are a body's own inputs; what is no tensor as it is."""
    found = [bare(one) if isinstance(one, torch.Tensor) else one for one in given]
    mode.kept += found
    mode.seen.update(id(one) for one in found)
    return found


def bare(one: Any) -> Any:
    """Return a tensor without elements of the same shape."""
    return torch.empty(one.shape, dtype=one.dtype, device=one.device if fake(one) else "meta")


def fake(one: Any) -> bool:
    """Tell whether a tensor has symbolic dimensions."""
    from torch._subclasses.fake_tensor import FakeTensor

    return isinstance(one, FakeTensor)


def stacked(made: Sequence[Any], times: Any) -> list[Any]:
    """Return what all rounds make of outputs."""
    return [one.new_empty((times, *one.shape)) for one in made]


def number(mode: Recorder, given: Any) -> Any:
    """Return the one number of a tensor that does not depend on the input, else None."""
    if not isinstance(given, torch.Tensor):
        return given if isinstance(given, (bool, int)) else None
    if given.numel() != 1 or given.dtype.is_floating_point:
        return None
    if given.device.type != "meta" and not fake(given):
        return given.item()
    try:
        return replayed(given, mode.makers, mode.names)
    except Unknowable:
        return None


def noted(mode: Recorder, name: str, args: Any, kwargs: Any, made: Sequence[Any]) -> Any:
    """Note an operator; return its outputs, which are new tensors."""
    outputs = [bare(one) if isinstance(one, torch.Tensor) else one for one in made]
    mode.kept += outputs
    mode.seen.update(id(one) for one in outputs)
    descriptions = tuple(
        Made(id(one), mode.shape(one), str(one.dtype)[6:]) if isinstance(one, torch.Tensor) else None for one in outputs
    )
    place = mode.lines.here()
    mode.run.calls.append(Call(f"higher_order.{name}", "", args, kwargs, descriptions, mode.scopes[-1], place))
    return tuple(outputs)
