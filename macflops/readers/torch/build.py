"""From a run to a network: call by call, each operator read by the function that is named as it is in ATen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from macflops.arithmetic import is_integer, size
from macflops.errors import Location, SourceError
from macflops.network import Builder, Network, Unsupported
from macflops.ops._stated import Unused
from macflops.readers._control import Trials
from macflops.readers.onnx._rows import Unknown
from macflops.readers.onnx.parameters import Parameters
from macflops.readers.onnx.values import Leaf
from macflops.readers.torch import operators
from macflops.readers.torch._rows import Updated
from macflops.readers.torch.calls import Body, Call, Made, Ref, Run, Scope
from macflops.readers.torch.names import keys, names
from macflops.readers.torch.patterns import tidied
from macflops.readers.torch.place import PRODUCTS, Place, Unread
from macflops.readers.torch.values import FLOATS, Value, merged
from macflops.wording import counted

LISTED = 3  # names in a warning


def network(run: Run, source: str, layers: int, magnitude: int, format: str = "torch") -> Network:
    """Return the network that a run describes. Raises SourceError where it is larger than the limits."""
    if len(run.calls) > layers:
        what = f"{len(run.calls):,} operators"
        raise SourceError(Location(source), what, f"[tool.macflops.limits] layers is {layers:,}")
    build = Build(run, Builder(run.name, source, format), source, magnitude)
    outputs = build.run_all()
    idle = idle_layers(build, outputs)
    if any(map(build.weighs, idle)):
        needed = {build.calls[i] for i in range(len(build.builder.layers)) if i not in idle}
        gone = {call for call in {build.calls[i] for i in idle} - needed if not build.shows(call)}
        again = Build(run, Builder(run.name, source, format), source, magnitude, gone)
        outputs = again.run_all()
        warnings = idle_warnings(build, idle)
        build, idle = again, idle_layers(again, outputs)
    else:
        warnings = []
    warnings = [*run.warnings, *build.notes, *warnings, *idle_warnings(build, idle)]
    for index in sorted(idle, reverse=True):
        del build.builder.layers[index], build.calls[index]
    if not build.builder.layers:
        raise SourceError(Location(source), "a network without layers", "its outputs do not depend on its inputs")
    if build.too_large():
        raise SourceError(Location(source), f"a dimension of over {magnitude:,}", "[tool.macflops.limits] magnitude")
    unused = {name: elements for name, elements in run.parameters.items() if name not in build.parameters.counted}
    if unused:
        names_, total = list(unused), sum(unused.values())
        listed = ", ".join(names_[:LISTED]) + (", …" if len(names_) > LISTED else "")
        what = f"{counted(total, 'parameter')} that no output needs {'is' if total == 1 else 'are'} counted: {listed}"
        warnings.append((Location(source), what))
        name = build.unique(names_[0] if len(names_) == 1 else "unused")
        outputs[0] = build.builder.add(name, Unused(total), (outputs[0],), Location(source))[0]
    return tidied(build, outputs, tuple(warnings))


def idle_layers(build: Build, outputs: list[int]) -> set[int]:
    """Return the layers that no output needs, by index."""
    needed, idle = set(outputs), set()
    for index in reversed(range(len(build.builder.layers))):
        layer = build.builder.layers[index]
        if needed.isdisjoint(layer.outputs):
            idle.add(index)
        else:
            needed.update(layer.inputs)
    return idle


def idle_warnings(build: Build, idle: set[int]) -> list[tuple[Location, str]]:
    """Return one warning for each call with products or parameters that no output needs.

    What else runs idle (a mask that is only asked whether it is all ones) is not worth one.
    """
    found: dict[int, tuple[Location, str]] = {}
    for index in sorted(idle):
        layer = build.builder.layers[index]
        if layer.operator.role in PRODUCTS or build.weighs(index):
            call = build.calls[index]
            found.setdefault(call, (layer.location, f"no output needs {build.titles[call]}: it is not counted"))
    return list(found.values())


class Build:
    """A network in the making, and what is known of the run's tensors by key."""

    def __init__(self, run: Run, builder: Builder, source: str, magnitude: int, skipped: Collection[int] = ()) -> None:
        self.run, self.builder, self.source, self.magnitude = run, builder, source, magnitude
        self.skipped = skipped  # calls that no output needs
        self.calls: list[int] = []  # of each layer
        self.titles = names(run)
        self.parameters = Parameters()
        self.values: dict[Any, Value] = {}
        self.names: dict[str, int] = {}
        self.missing: dict[str, list[str]] = {}
        self.given: list[Value] = []  # the module's own that became layers
        self.trials = Trials(builder, self.parameters, self.given, "tensor")
        self.notes: list[tuple[Location, str]] = []

    @cached_property
    def read(self) -> frozenset[Any]:
        """The keys of all tensors that a call reads, or that the run returns."""
        given = (call.args for call in self.run.calls), (call.kwargs.values() for call in self.run.calls)
        return frozenset((*self.run.outputs, *(key for args in chain(*given) for key in keys(tuple(args)))))

    def run_all(self) -> list[int]:
        """Read all calls; return the tensors that are the network's outputs."""
        for given in self.run.inputs:
            tensor = self.builder.input(given.name, given.shape, None if given.dtype in FLOATS else given.dtype)
            self.values[given.key] = Value(given.shape, given.dtype, tensor)
        for index, (call, name) in enumerate(zip(self.run.calls, self.titles, strict=True)):
            if index not in self.skipped:
                self.call(call, name)
                self.calls += [index] * (len(self.builder.layers) - len(self.calls))
        self.now, self.title = Call("output", "", (), {}, (), Scope(""), Location(self.source)), "output"
        place = Place(self, self.now, self.title)
        ends = [place.flowing(self.value(key)) for key in self.run.outputs if self.known(key)]
        self.calls += [len(self.titles) - 1] * (len(self.builder.layers) - len(self.calls))
        return ends

    def inner(self, body: Body, inputs: Sequence[Value], prefix: str) -> list[Value | None]:
        """Read the calls of a body on its inputs; return its outputs, None where one is no tensor."""
        self.values.update(zip(body.inputs, inputs, strict=True))
        now = self.now, self.title
        titles = names(Run(self.run.name, held=self.run.held, calls=list(body.calls)))
        for call, title in zip(body.calls, titles, strict=True):
            plain = title == call.op.rpartition(".")[2].strip("_")
            self.call(call, f"{prefix}.{title}" if plain else title)
        self.now, self.title = now
        return [None if key is None else self.value(key) for key in body.outputs]

    def note(self, what: str) -> None:
        """Note what a reader of the counts should know about the call that is read."""
        if (self.now.place, what) not in self.notes:
            self.notes.append((self.now.place, what))

    def known(self, key: Any) -> bool:
        """Tell whether a tensor has been made, or is the module's own."""
        return key in self.values or key in self.run.held

    def shows(self, index: int) -> bool:
        """Tell whether a call makes a view: through one that nothing reads, its tensor may be written."""
        call = self.run.calls[index] if index < len(self.run.calls) else None
        return call is not None and operators.entry(call.op, call.overload).view

    def weighs(self, index: int) -> bool:
        """Tell whether a layer has parameters, or another's."""
        layer = self.builder.layers[index]
        shapes = [self.builder.shape(t) for t in (*layer.inputs, *layer.outputs)]
        return layer.shares is not None or bool(layer.operator.cost(*shapes).params)

    def value(self, key: Any) -> Value:
        """Return a tensor by its key, as it is after all that was written in place."""
        found = self.values.get(key)
        if found is None:
            held = self.run.held[key]
            leaves = {held.name: Leaf(size(held.shape), True)} if held.learnable else {}
            found = self.values[key] = Value(held.shape, held.dtype, leaves=leaves, name=held.name)
        storage = found.storage
        if found.seen != storage.version and storage.last is not None:
            place = Place(self, self.now, f"{self.title}.alias")
            if storage.last != found.tensor:
                tensors = (place.flowing(found), storage.last)
                (made,) = place.add(place.name, Updated(), tensors, (), found.dtype)
                found.tensor, found.leaves = made.tensor, {}
            found.seen = storage.version
        return found

    def arguments(self, given: Any) -> Any:
        """Return a call's argument with its tensors as values."""
        kind = type(given)
        if kind is Ref:
            return self.value(given.key)
        if kind is tuple or kind is list:
            return tuple([self.arguments(part) for part in given])
        return given

    def call(self, call: Call, name: str) -> None:
        """Read one call: what it made becomes values."""
        self.now, self.title = call, name
        if self.skipped and not all(map(self.known, keys((*call.args, *call.kwargs.values())))):
            return
        entry = operators.entry(call.op, call.overload)
        first = call.args[0] if call.args else None
        behind = entry.in_place and isinstance(first, Ref) and self.is_behind(first.key)
        args = [self.arguments(arg) for arg in call.args]
        kwargs = {key: self.arguments(arg) for key, arg in call.kwargs.items() if key not in operators.IGNORED}
        target = kwargs.pop("out", None)
        place = Place(self, call, name)
        made = self.made(place, entry, args, kwargs)
        if entry.in_place or target is not None:
            if behind and place.call.op == "aten.copy_" and args[0].tensor is not None:
                made = [self.joined(place, value, args[0]) for value in made]
            self.written(call, target if target is not None else args[0], made)
            return
        for description, value in zip(call.made, made, strict=False):
            if description is not None:
                value.dtype = description.dtype
                self.values[description.key] = value
        if entry.view and args:
            whole = args[0]
            for index, value in enumerate(made):
                if value is not whole:
                    value.storage, value.seen = whole.storage, whole.storage.version
                    value.path = (*whole.path, (entry.function, call.args[1:], index))

    def is_behind(self, key: Any) -> bool:
        """Tell whether a tensor's memory has been written since it was made, or read."""
        found = self.values.get(key)
        return found is not None and found.seen != found.storage.version

    def joined(self, place: Place, value: Value, before: Value) -> Value:
        """Return what was written, as it stands beside what had been written through another view."""
        if value.tensor is None or before.tensor is None or value.shape != before.shape:
            return value
        (made,) = place.add(f"{place.name}.alias", Updated(), (value.tensor, before.tensor), (), value.dtype)
        return made

    def made(self, place: Place, entry: operators.Entry, args: list[Any], kwargs: dict[str, Any]) -> list[Value]:
        """Return the values that a call makes."""
        layers = len(self.builder.layers)
        try:
            if entry.function is None:
                raise Unread("")
            found = entry.function(place, *args, **kwargs)
            values = [found] if isinstance(found, Value) else list(found or ())
            place.check(values)
            return values
        except Unread as why:
            reason = str(why)
        except SourceError:
            raise
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:  # a form that is not known
            reason = f"in a form that is not known: {error}"
        del self.builder.layers[layers:]
        return self.unsupported(place, (args, kwargs), reason)

    def unsupported(self, place: Place, given: Any, why: str) -> list[Value]:
        """Add a layer that stands for an operator that is not known; its outputs are shaped as torch has them."""
        call = place.call
        inputs = list(values_in(given))
        made = [one for one in call.made if one is not None]
        if not made:
            return []
        shapes = tuple(() if one.shape is None else one.shape for one in made)
        if inputs and all(value.constant for value in inputs):
            return [Value(shape, one.dtype, leaves=merged(inputs)) for shape, one in zip(shapes, made, strict=True)]
        op = call.op.removeprefix("aten.")
        op = call.op if op.startswith("aten") else op
        self.missing.setdefault(f"{op} ({why})" if why else op, []).append(place.name)
        tensors = [place.flowing(value) for value in inputs]
        return list(place.add(place.name, Unknown(call.op, shapes), tensors, (), "unknown"))

    def written(self, call: Call, target: Any, made: list[Value]) -> None:
        """Note that an operator wrote in place: what it made is its target from here on, and seen through all views."""
        for whole, value in zip(target if isinstance(target, tuple) else (target,), made, strict=False):
            storage = whole.storage
            storage.version += 1
            if value is whole:
                value = Value(whole.shape, whole.dtype, whole.tensor, whole.leaves, name=whole.name)
            whole.tensor, whole.leaves = value.tensor, value.leaves
            storage.last = value.tensor
            whole.seen = storage.version
            for description in call.made[:1]:
                if isinstance(description, Made):
                    self.values[description.key] = whole

    def unique(self, name: str) -> str:
        """Return a name that no layer has yet."""
        number = self.names[name] = self.names.get(name, 0) + 1
        return name if number == 1 else self.unique(f"{name}_{number}")

    def unsupported_list(self) -> tuple[Unsupported, ...]:
        """Return all operators that are not known."""
        return tuple(Unsupported(op, tuple(layers)) for op, layers in self.missing.items())

    def too_large(self) -> bool:
        """Tell whether a dimension is beyond all limits."""
        return any(is_integer(dim) and dim > self.magnitude for tensor in self.builder.tensors for dim in tensor.shape)


def values_in(given: Any) -> Any:
    """Yield all values in a call's arguments."""
    if isinstance(given, Value):
        yield given
    elif isinstance(given, dict):
        yield from values_in(tuple(given.values()))
    elif isinstance(given, (tuple, list)):
        for part in given:
            yield from values_in(part)
