"""The public functions: load, count, audit, diff, export."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias, TypeGuard

from macflops.arguments import SOURCES, is_positive, named, of_type, path, refuse, require_shares, texts
from macflops.arithmetic import is_symbolic
from macflops.budgets import budgets
from macflops.costs import BYTES
from macflops.costs import count as costs_of
from macflops.errors import Location, SourceError
from macflops.fusion import MODES, Fusion
from macflops.guidelines import codes
from macflops.guidelines.findings import Thresholds, judge
from macflops.machine import DEFAULT, Machine
from macflops.network import Network, no_garbage_collection
from macflops.report import Budget, Report

if TYPE_CHECKING:
    import onnx
    import torch

    from macflops.differences import Diff

Source: TypeAlias = "str | PathLike[str] | Network | onnx.ModelProto | torch.nn.Module"


def load(
    source: Source,
    *,
    set: Mapping[str, Any] | Iterable[str] | None = None,
    variant: str | None = None,
    input_shape: Any = None,
    batch: int | None = None,
    limits: Any = None,
    assume: Iterable[str] | None = None,
) -> Network:
    """Return the network that a source holds: a path, `zoo:NAME`, `torch:MODULE:CALLABLE`, `timm:NAME`, `-`.

    A torch.nn.Module is read as one run on inputs of `input_shape`; of an `onnx.ModelProto` no weights are copied; a
    Network is returned as it is.

    `set` maps parameters and symbolic dimensions to values (or lists "NAME=VALUE"), `variant` names one of the file's
    variants, `input_shape` is "1x3x224x224", a sequence, or a mapping of names to either; `batch` replaces the first
    dimension of every input; `assume` says what is known of symbolic dimensions ("H%32==0"). Raises SourceError where
    the source cannot be read.
    """
    of_type("--variant", variant, str, "a name")
    if isinstance(source, Network):
        given = {"--set": set, "--variant": variant, "--input-shape": input_shape, "--batch": batch}
        for name, value in given.items():
            if value is not None and value != () and value != {}:
                what = "a Network has been read: its shapes are settled"
                raise SourceError(Location(name), what, "give it to load, with the file")
        network = source
    else:
        options: dict[str, Any] = {
            "set": assignments(set),
            "variant": variant,
            "input_shape": shapes(input_shape),
            "batch": batch,
        }
        if limits is not None:
            options["limits"] = limits
        with no_garbage_collection():
            if is_module(source):
                from macflops.readers.torch import read as read_module

                network = read_module(source, **options)
            elif is_onnx(source):
                from macflops.readers.onnx import read_proto

                network = read_proto(source, **options)
            else:
                from macflops.readers import load as read

                network = read(path("source", source, SOURCES), **options)
    if assumed := texts("--assume", assume, "a text, or several"):
        from macflops.assumptions import assuming

        network = assuming(network, assumed)
    return network


def is_module(source: object) -> TypeGuard[torch.nn.Module]:
    """Tell whether a source is a module of PyTorch, without importing it: who has one has done so."""
    loaded = sys.modules.get("torch")
    return loaded is not None and isinstance(source, loaded.nn.Module)


def is_onnx(source: Any) -> TypeGuard[onnx.ModelProto]:
    """Tell whether a source is an ONNX model in memory, without importing `onnx`."""
    return type(source).__name__ == "ModelProto" and hasattr(source, "SerializeToString")


def count(
    source: Source, *, dtype: str = "float32", fusion: Fusion = "none", machine: Machine = DEFAULT, **options: Any
) -> Report:
    """Count a network: params, mult-adds, and memory access in elements and bytes, layer by layer.

    `dtype` is float32, float16, bfloat16 or int8; `fusion` none, bn or runtime; `machine` what the work is for. Further
    options are those of `load`.
    Raises SourceError where the source cannot be read.
    """
    choice("dtype", dtype, tuple(BYTES))
    choice("fusion", fusion, MODES)
    require_machine(machine)
    network = load(source, **options)
    with no_garbage_collection():
        return Report(costs_of(network, fusion, dtype, machine), batch_of(network))


def audit(
    source: Source,
    *,
    select: str | Iterable[str] | None = None,
    ignore: str | Iterable[str] | None = None,
    budget: Mapping[str, int | str] | Iterable[str] | None = None,
    thresholds: Thresholds | None = None,
    advice: bool = True,
    hold: Mapping[str, float] | None = None,
    **options: Any,
) -> Report:
    """Count a network, check the guidelines, say what makes it slow and what to write instead.

    `select` and `ignore` are codes of rules, `budget` maps names of totals to the most they may be (or lists
    "NAME=MAX"). Without `advice` nothing is looked for; `hold` maps mult_adds and params to the share by which advice
    may change them. Further options are those of `count`. Raises SourceError where the source cannot be read, or a
    dimension is symbolic.
    """
    rules = selected(select, ignore)
    most = budgets(budget, Location("--budget"))
    of_type("thresholds", thresholds, Thresholds, "a macflops.guidelines.findings.Thresholds")
    require_shares("hold", hold, ("mult_adds", "params"))
    counted = count(source, **options)
    network = counted.network
    refuse_symbols(network, "an audit")
    with no_garbage_collection():
        findings, verdict = judge(counted.costs, counted.blocks, rules, thresholds)
        held = tuple(Budget(name, limit, getattr(counted.totals, name)) for name, limit in most.items())
        if not findings or not advice:
            return Report(counted.costs, counted.batch, findings, verdict, held)
        from macflops.advice.answer import answered

        given, findings, verdict = answered(counted.costs, findings, verdict, rules, thresholds or Thresholds(), hold)
        return Report(counted.costs, counted.batch, findings, verdict, held, given)


def diff(base: Source, head: Source, **options: Any) -> Diff:
    """Count two networks and compare them layer by layer. Options are those of `count`, for both.

    Raises SourceError where a source cannot be read.
    """
    from macflops.differences import Diff

    return Diff(count(base, **options), count(head, **options))


def refuse_symbols(network: Network, what: str, known: Collection[str] = ()) -> None:
    """Raise SourceError where a dimension of an input is symbolic, but for those that are known."""
    found = {str(s) for i in network.inputs for d in network.tensors[i.tensor].shape for s in symbols(d)}
    unknown = sorted(found.difference(known))
    if unknown:
        hint = "give it a number: " + " ".join(f"--set {name}=…" for name in unknown)
        are = f"{' and '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} symbolic"
        raise SourceError(Location(network.source), f"{are}, and {what} needs numbers", hint)


def export(source: Source, file: str | PathLike[str], *, seed: int | None = None, **options: Any) -> None:
    """Write a network as native YAML, or as an ONNX graph with random weights that runs; the file's ending says which.

    `seed` is that of the weights, 0 unless given; native YAML holds none. Further options are those of `load`. What
    advice makes of a network is written by `export(macflops.audit(source).advice.network, file)`. Raises SourceError
    where the source cannot be read, the format cannot hold the network, or the file cannot be written.
    """
    from macflops.files import write_bytes
    from macflops.writers import writer_of, written

    output = path("file", file, "a path")
    if seed is not None and (type(seed) is not int or seed < 0):
        raise SourceError(Location("--seed"), f"a seed of {seed!r}", "give a whole number from 0")
    writer = writer_of(output)
    if writer == "yaml" and seed is not None:
        raise SourceError(Location("--seed"), "native YAML holds no weights", "leave seed out, or write .onnx")
    network = load(source, **options)
    write_bytes(written(network, writer, **({} if seed is None else {"seed": seed})), output)


def symbols(dimension: Any) -> Iterable[Any]:
    """Return the symbols in a dimension."""
    return dimension.free_symbols if is_symbolic(dimension) else ()


def selected(select: str | Iterable[str] | None, ignore: str | Iterable[str] | None) -> list[str]:
    """Return the codes of the rules to check. Raises SourceError on a code that no rule has."""
    wanted = list(codes()) if select is None else split_codes("--select", select)
    unwanted = split_codes("--ignore", ignore)
    if not wanted:
        raise SourceError(Location("--select"), "no rule is named", f"use some of {', '.join(codes())}")
    for name, given in (("select", wanted), ("ignore", unwanted)):
        for code in given:
            choice(name, code, codes())
    return [code for code in codes() if code in wanted and code not in unwanted]


def split_codes(name: str, given: str | Iterable[str] | None) -> list[str]:
    """Return codes given as G1,G2 or one by one."""
    parts = texts(name, given, "codes of rules")
    return [code.strip().upper() for part in parts for code in part.split(",") if code.strip()]


def choice(name: str, given: str, known: Sequence[str]) -> None:
    """Raise SourceError unless a value is one of the known ones."""
    if given not in known:
        raise SourceError(Location(f"--{name}"), f"{given!r} is not known", f"use one of {', '.join(known)}")


def require_machine(machine: Any) -> None:
    """Raise SourceError on what describes no machine."""
    if not isinstance(machine, Machine):
        refuse("machine", machine, "a macflops.machine.Machine")
    grain, balance = machine
    if type(grain) is not int or grain < 1:
        raise SourceError(Location("machine"), f"a grain of {grain!r}", "give a whole number from 1")
    if not is_positive(balance):
        raise SourceError(Location("machine"), f"a balance of {balance!r}", "give a number over 0")


def once(option: str, name: str, found: Collection[Any]) -> None:
    """Raise SourceError where a name has been given already: the last one would win unseen."""
    if name in found:
        raise SourceError(Location(option), f"{name} is there twice", "give each name once")


def assignments(given: Mapping[str, Any] | Iterable[str] | None) -> dict[str, Any]:
    """Return NAME=VALUE strings, or a mapping, as a mapping. Raises SourceError where there is no =."""
    wanted = "a mapping, or texts NAME=VALUE"
    if isinstance(given, Mapping):
        return named("--set", given, wanted)
    found: dict[str, Any] = {}
    for text in texts("--set", given, wanted):
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise SourceError(Location("--set"), f"{text!r} is no assignment", "write NAME=VALUE")
        once("--set", name.strip(), found)
        found[name.strip()] = value
    return found


def shapes(given: Any) -> dict[str | None, tuple[int | str, ...]] | None:
    """Return shapes by input name (None: the only input). Raises SourceError where one cannot be understood."""
    if given is None:
        return None
    if isinstance(given, Mapping):
        return {name: shape(value) for name, value in given.items()}
    alone = isinstance(given, str) or not isinstance(given, Sequence)
    if alone or not given or any(isinstance(part, SupportsIndex) for part in given):
        given = [given]  # one shape
    found: dict[str | None, tuple[int | str, ...]] = {}
    for part in given:
        name, equals, dimensions = part.rpartition("=") if isinstance(part, str) else ("", "", part)
        if equals and not name.strip():
            raise SourceError(Location("--input-shape"), f"{part!r} names no input", "write NAME=1x3x224x224")
        called = name.strip() if equals else None
        once("--input-shape", called or "the input", [name or "the input" for name in found])
        found[called] = shape(dimensions)
    return found


def shape(given: Any) -> tuple[int | str, ...]:
    """Return 1x3xHxW, or a sequence, as dimensions: integers, and names of symbols."""
    parts = given.replace("×", "x").split("x") if isinstance(given, str) else given
    several = isinstance(parts, Sequence) and not isinstance(parts, bytes)
    known = several and all(isinstance(p, (str, SupportsIndex)) and not isinstance(p, bool) for p in parts)
    written = [str(part).strip() for part in parts] if known else []
    found = [int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text for text in written]
    if not found or not all(d > 0 if isinstance(d, int) else d.isidentifier() for d in found):
        what = f"{given!r} is no shape"
        raise SourceError(Location("--input-shape"), what, "write it as 1x3x224x224, or 1x3xHxW")
    return tuple(found)


def batch_of(network: Network) -> Any:
    """Return the batch size: the first dimension of the first input."""
    return next((network.tensors[i.tensor].shape[0] for i in network.inputs if network.tensors[i.tensor].shape), None)
