"""Runs a module once without its numbers, and records each operator that it calls: on what, for whom, from which line.

Tensors have shapes and no elements (torch's meta device), so that no weights are needed, however large they would be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from macflops.errors import Location
from macflops.readers.torch import operators
from macflops.readers.torch.calls import Call, Held, Made, Ref, Run, Scope
from macflops.readers.torch.higher import register
from macflops.readers.torch.operators._common import words
from macflops.readers.torch.packed import PACKING, Packed
from macflops.readers.torch.places import BUILT, Lines, is_native
from macflops.readers.torch.replay import Unknowable, replayed
from macflops.readers.torch.symbols import Symbols, plain

SMALL = 4096  # elements of a tensor that is kept with its numbers: tables of indices, and what sizes are computed from
UNRECORDED = frozenset({"prim.device", "aten.sym_size", "aten.sym_stride", "aten.sym_numel", "aten.is_same_size"})

# Operators whose outputs' shapes follow from their inputs', and that torch shapes slowly: each case is shaped once.
SLOW = frozenset(
    words(
        "conv1d conv2d conv3d convolution linear addmm batch_norm layer_norm group_norm instance_norm rms_norm "
        "gelu silu scaled_dot_product_attention hardtanh hardswish hardsigmoid softmax leaky_relu elu add mul "
        "sub div sigmoid relu max_pool2d avg_pool2d adaptive_avg_pool2d matmul bmm pow mean softplus mish "
        "relu6 native_layer_norm native_batch_norm _native_batch_norm_legit_no_training where clamp cat prelu "
        "conv_transpose2d"
    )
)
IN_PLACE = frozenset(words("hardtanh_ relu_ relu6_ silu_ hardswish_ hardsigmoid_ leaky_relu_ elu_ add_ mul_ sigmoid_"))
SCALARS = frozenset({"aten._local_scalar_dense", "aten.item", "aten.is_nonzero"})
UNSHAPED = frozenset({"aten.nonzero", "aten.masked_select", "aten.unique_consecutive", "aten._unique2"})


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees every operator before autograd would take it apart, and notes it."""

    def __init__(self, run: Run, names: dict[int, Held], lines: Lines, symbols: Symbols, most: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.run, self.lines, self.symbols, self.most = run, lines, symbols, most
        self.names = names  # what the module holds, by the identity of the tensor
        self.scopes: list[Scope] = [Scope("")]
        self.modules: list[Any] = []  # that run, the innermost last
        self.kept: list[Any] = []  # identities stay those of one object while it lives
        self.stand_ins: dict[int, Any] = {}
        self.makers: dict[int, tuple[Any, Any, Any, int]] = {}
        self.decided: dict[tuple[int, Location], int] = {}
        self.known: dict[Any, tuple[str, str, bool, bool, bool]] = {}
        self.shaped: dict[Any, tuple[Any, Any, Any]] = {}
        self.seen: set[int] = set()
        self.packed = Packed()
        self.failed = ""
        self.failure: Exception | None = None

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run one operator on tensors without elements, and note it."""
        kwargs = kwargs or {}
        known = self.known.get(func)
        if known is None:
            known = self.known[func] = self.look_up(func)
        op, overload, readable, slow, in_place = known
        if op in UNRECORDED:
            return func(*args, **kwargs)
        if op in SCALARS:
            found = self.scalar(args)
            return bool(found) if op == "aten.is_nonzero" else found
        if not readable:
            with self:
                found = func.decompose(*args, **kwargs)
            if found is not NotImplemented:
                return found
        if op == "aten.narrow" and isinstance(args[2], torch.Tensor):
            func, args = torch.ops.aten.narrow.default, (*args[:2], self.scalar((args[2],)), *args[3:])
        packed = self.packed.shaped(op, overload, args) if op in PACKING else None
        if packed is not None:
            self.warn(self.lines.here(), "packed sequences: all are counted as long as the longest can be")
            self.note(op, overload, func, args, kwargs, packed)
            return packed
        given, real = self.without_elements(args, kwargs)
        bare_args, bare_kwargs = given
        if in_place and not real and bare_args[0] is args[0] and self.fits(args):
            made = args[0]
        elif slow and not real and not self.symbols:
            made = self.shape_once(func, bare_args, bare_kwargs)
        elif op == "aten._grouped_mm":  # torch shapes it for one type only
            made = bare_args[0].new_empty((bare_args[0].shape[0], bare_args[1].shape[-1]))
        elif op in UNSHAPED or (op == "aten.index" and any(is_mask(a) for a in args[1])):
            made = self.at_most(op, func, bare_args, bare_kwargs)
        else:
            made = self.ran(func, bare_args, bare_kwargs)
        if in_place_name(op) and args and isinstance(made, torch.Tensor) and made is bare_args[0]:
            made = args[0]
        self.note(op, overload, func, args, kwargs, made)
        return made

    def look_up(self, func: Any) -> tuple[str, str, bool, bool, bool]:
        """Return an operator's name and overload, and what is known of it."""
        name = func._schema.name.replace("::", ".")
        overload = func._schema.overload_name
        plain_name = name.removeprefix("aten.")
        readable = operators.entry(name, overload).function is not None
        return name, overload, readable, name.startswith("aten.") and plain_name in SLOW, plain_name in IN_PLACE

    def fits(self, args: Any) -> bool:
        """Tell whether an operator in place leaves its target as it is: its only tensor, or one of two equal shapes."""
        return all(not isinstance(a, torch.Tensor) or a.shape == args[0].shape for a in args[1:])

    def without_elements(self, args: Any, kwargs: Any) -> tuple[tuple[Any, Any], bool]:
        """Return arguments whose tensors have no elements, and whether all are small and have theirs still."""
        if self.symbols:
            return (here(self.swapped(args), "cpu"), placed(self.swapped(kwargs), "cpu")), False
        tensors = list(tensors_in((args, kwargs.values()) if kwargs else args))
        if not tensors:
            size = args[0] if args else ()
            if isinstance(size, (list, tuple)) and all(isinstance(n, int) for n in size):
                elements = 1
                for n in size:
                    elements *= n
                if elements > SMALL:
                    kwargs = {**kwargs, "device": "meta"}
            return (args, kwargs), True
        if all(t.device.type == "cpu" and self.is_small(t) for t in tensors):
            return (args, kwargs), True
        if all(t.device.type == "meta" for t in tensors):
            return (here(args, "meta"), placed(kwargs, "meta")), False
        return (here(self.swapped(args), "meta"), placed(self.swapped(kwargs), "meta")), False

    def is_small(self, tensor: Any) -> bool:
        """Tell whether a tensor keeps its numbers."""
        return not isinstance(tensor, torch.nn.Parameter) and tensor.numel() <= SMALL

    def swapped(self, given: Any) -> Any:
        """Return arguments with tensors without elements in the place of others."""
        if isinstance(given, torch.Tensor):
            return self.stand_in(given)
        if isinstance(given, (list, tuple)):
            return type(given)(self.swapped(part) for part in given)
        if isinstance(given, dict):
            return {name: self.swapped(part) for name, part in given.items()}
        return given

    def stand_in(self, tensor: Any) -> Any:
        """Return a tensor of the same shape without elements."""
        if self.symbols.is_ours(tensor) if self.symbols else tensor.device.type == "meta":
            return tensor
        found = self.stand_ins.get(id(tensor))
        if found is None:
            self.kept.append(tensor)
            device = "cpu" if self.symbols else "meta"
            with torch.inference_mode(tensor.is_inference()):  # as the tensor is: its views have to be of one kind
                found = torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype, device=device)
            self.stand_ins[id(tensor)] = found
        return found

    def shape_once(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Return an output of the shape that this operator makes of arguments like these."""
        key = (func, described(args), described(tuple(kwargs.items())) if kwargs else None)
        found = self.shaped.get(key)
        if found is None:
            made = self.ran(func, args, kwargs)
            if type(made) is torch.Tensor:
                self.shaped[key] = (made.size(), made.stride(), made.dtype)
            return made
        return torch.empty_strided(found[0], found[1], dtype=found[2], device="meta")

    def ran(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Run an operator. Its error says on what."""
        try:
            return func(*args, **kwargs)
        except Exception as error:
            shapes = [str(list(one.shape)) for one in tensors_in(args)]
            self.failed = f"{func._schema.name.rpartition('::')[2]} of {', '.join(shapes)}" if shapes else ""
            self.failure = error
            raise

    def at_most(self, op: str, func: Any, args: Any, kwargs: Any) -> Any:
        """Return the largest output of an operator whose output's shape depends on its input's numbers."""
        x = args[0]
        place = self.lines.here()
        name = op.removeprefix("aten.")
        self.warn(
            place, f"{name}: how many elements it yields depends on numbers; counted with as many as there can be"
        )
        if op == "aten.nonzero":
            return torch.empty((x.numel(), x.dim()), dtype=torch.int64, device=x.device)
        if op == "aten.masked_select":
            return torch.empty((max(x.numel(), args[1].numel()),), dtype=x.dtype, device=x.device)
        if op == "aten.index":
            masks = [a for a in args[1] if is_mask(a)]
            covered = sum(m.dim() for m in masks)
            rest = tuple(x.shape[covered:])
            return x.new_empty((max(m.numel() for m in masks), *rest))
        flat = torch.empty((x.numel(),), dtype=x.dtype, device=x.device)
        return (flat, *(torch.empty((x.numel(),), dtype=torch.int64, device=x.device) for _ in range(2)))

    def scalar(self, args: Any) -> Any:
        """Return a tensor's one number: computed where it does not depend on the input, else decided."""
        (tensor,) = args
        if tensor.device.type != "meta" and not (self.symbols and self.symbols.is_ours(tensor)):
            return tensor.item()
        try:
            return replayed(tensor, self.makers, self.names)
        except Unknowable:
            pass
        place = self.lines.here()
        at = (id(self.scopes[-1]), place)
        times = self.decided[at] = self.decided.get(at, 0) + 1
        what = "the run depends on the numbers of a tensor: one run was counted, as if {}"
        if tensor.dtype == torch.bool:
            self.warn(place, what.format("it were true the first time, and false then"))
            return times == 1
        self.warn(place, what.format("it were 1"))
        return 1.0 if tensor.dtype.is_floating_point else 1

    def warn(self, place: Location, what: str) -> None:
        """Note a warning, once for each place."""
        if (place, what) not in self.run.warnings:
            self.run.warnings.append((place, what))

    def note(self, op: str, overload: str, func: Any, args: Any, kwargs: Any, made: Any) -> None:
        """Note a call."""
        calls = self.run.calls
        if len(calls) >= self.most:
            raise TooLong(f"over {self.most:,} operators")
        out = made if isinstance(made, (tuple, list)) else (made,)
        index = len(calls)
        plain_args, plain_kwargs = self.plain(args), self.plain(kwargs)
        descriptions: list[Made | None] = []
        for one in out:
            if isinstance(one, torch.Tensor):
                descriptions.append(Made(id(one), self.shape(one), str(one.dtype)[6:]))
                self.makers[id(one)] = (func, args, kwargs, index)
                self.kept.append(one)
                self.seen.add(id(one))
            else:
                descriptions.append(None)
        place = self.place()
        calls.append(Call(op, overload, plain_args, plain_kwargs, tuple(descriptions), self.scopes[-1], place))

    def place(self) -> Location:
        """Return the user's line that calls; of a module that PyTorch's own containers call, the line that made it."""
        inner = self.modules[-2:]
        found = BUILT.get(inner[-1]) if len(inner) == 2 and all(map(is_native, inner)) else None
        return found or self.lines.here()

    def shape(self, tensor: Any) -> tuple[Any, ...]:
        """Return a tensor's shape, symbols as ours."""
        return tuple(tensor.shape) if not self.symbols else tuple(map(plain, tensor.shape))

    def plain(self, given: Any) -> Any:
        """Return arguments without torch: tensors by their keys, symbols as ours."""
        if isinstance(given, torch.Tensor):
            if id(given) not in self.seen:
                self.hold(given)
            return Ref(id(given))
        kind = type(given)
        if kind is int or kind is float or kind is bool or given is None or kind is str:
            return given
        if isinstance(given, (list, tuple)):
            return tuple([self.plain(part) for part in given])
        if isinstance(given, dict):
            return {name: self.plain(part) for name, part in given.items()}
        return plain(given)

    def hold(self, tensor: Any) -> None:
        """Note a tensor that no operator has made: the module's own."""
        self.seen.add(id(tensor))
        self.kept.append(tensor)
        held = self.names.get(id(tensor))
        if held is None:
            learnable = isinstance(tensor, torch.nn.Parameter)
            held = Held("parameter" if learnable else "", self.shape(tensor), str(tensor.dtype)[6:], learnable)
        self.run.held[id(tensor)] = held

    @contextmanager
    def watching(self, module: Any, paths: dict[int, str]) -> Iterator[None]:
        """Follow which module runs."""
        from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

        def enter(inner: Any, args: Any) -> None:
            path = paths.get(id(inner))
            scope = self.scopes[-1] if path is None else Scope(path, type(inner).__name__)
            self.scopes.append(scope)
            self.modules.append(inner)

        def leave(inner: Any, args: Any, output: Any) -> None:
            self.scopes.pop()
            self.modules.pop()

        before = register_module_forward_pre_hook(enter)
        after = register_module_forward_hook(leave, always_call=True)
        try:
            yield
        finally:
            before.remove()
            after.remove()


register(Recorder)


class TooLong(Exception):
    """A run of too many operators."""


def in_place_name(op: str) -> bool:
    """Tell whether an operator writes its first argument, by its name."""
    return op.endswith("_") and not op.endswith("__")


def is_mask(given: Any) -> bool:
    """Tell whether an index is a mask: what it takes depends on its numbers."""
    return isinstance(given, torch.Tensor) and given.dtype in (torch.bool, torch.uint8)


def placed(kwargs: Any, device: str) -> Any:
    """Return keywords that make a tensor where the others are."""
    if "device" in kwargs and kwargs["device"] is not None:
        return {**kwargs, "device": torch.device(device)}
    return kwargs


def here(args: Any, device: str) -> Any:
    """Return arguments that leave a tensor where the others are, wherever they would move it."""
    if any(isinstance(one, torch.device) for one in args):
        return tuple(torch.device(device) if isinstance(one, torch.device) else one for one in args)
    return args


def tensors_in(given: Any) -> Iterator[Any]:
    """Yield all tensors in arguments."""
    for part in given:
        if isinstance(part, torch.Tensor):
            yield part
        elif isinstance(part, (list, tuple)):
            yield from tensors_in(part)


def described(given: Any) -> Any:
    """Return what an operator's output can depend on, of arguments without elements."""
    found: list[Any] = []
    for part in given:
        if isinstance(part, torch.Tensor):
            found.append((part.size(), part.stride(), part.dtype))
        elif isinstance(part, (list, tuple)):
            found.append(described(part))
        else:
            found.append((part.__class__, part))
    return tuple(found)
