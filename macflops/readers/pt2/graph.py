"""From an archive's graph to a run: its inputs and weights by what they are for, its nodes in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from macflops.arithmetic import is_integer, is_symbolic
from macflops.errors import Location, SourceError
from macflops.readers.onnx.inputs import Dimensions
from macflops.readers.pt2.archive import Program
from macflops.readers.pt2.bodies import BODIES, control, owner
from macflops.readers.pt2.expressions import NotRead, dimension
from macflops.readers.torch.calls import Call, Given, Held, Made, Ref, Run, Scope
from macflops.readers.torch.names import keys
from macflops.readers.torch.operators import IGNORED
from macflops.spelling import did_you_mean

# Types by their number. Source: torch/_export/serde/schema.py, ScalarType.
TYPES = dict(
    enumerate(
        [
            "unknown",
            "uint8",
            "int8",
            "int16",
            "int32",
            "int64",
            "float16",
            "float32",
            "float64",
            "complex32",
            "complex64",
            "complex128",
            "bool",
            "bfloat16",
        ]
    )
)
KEYWORDS = frozenset({*IGNORED, "scale", "enable_gqa", "correction", "approximate", "alpha", "beta", "rounding_mode"})
FRAME = re.compile(r'File "([^"\n]+)", line (\d+), in ')
TORCH = re.compile(r"[/\\](site|dist)-packages[/\\](torch|torchvision)[/\\]|[/\\]torch[/\\](nn|_|fx|export|utils)")
INLINED = (
    "wrap_with_set_grad_enabled",
    "wrap_with_autocast",
    "wrap_activation_checkpoint",
    "tag_activation_checkpoint",
)
DEEPEST = 20


def run_of(
    program: Program,
    file: str,
    name: str,
    given: Mapping[str, Any],
    shapes: Mapping[str | None, Sequence[int | str]],
    batch: int | None,
    most: int,
) -> Run:
    """Return the run that an exported program is. Raises SourceError where it does not fit together."""
    try:
        return Reader(program, file, name, given, most).run_of(shapes, batch)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError) as error:
        if isinstance(error, SourceError):
            raise
        what = f"its graph does not fit together: {type(error).__name__}: {str(error)[:80]}"
        raise SourceError(Location(file), what, "the archive is damaged, or of a version that is not known") from None


class Reader:
    """One archive's graph, and what is known of its names."""

    def __init__(
        self,
        program: Program,
        file: str,
        name: str,
        given: Mapping[str, Any],
        most: int,
    ) -> None:
        self.program, self.tied, self.numbers = program
        self.file, self.most = file, most
        self.dimensions = Dimensions(given, file)
        self.solved: dict[str, int] = {}
        self.run = Run(name)
        self.scopes: dict[str, Scope] = {}
        self.places: dict[str, Location] = {}
        self.noted = self.bodies = 0  # calls, and graphs within the graph

    def run_of(self, shapes: Mapping[str | None, Sequence[int | str]], batch: int | None) -> Run:
        """Return the run."""
        module = self.program["graph_module"]
        graph, signature = module["graph"], module["signature"]
        inputs = []
        for spec in signature["input_specs"]:
            ((kind, said),) = spec.items()
            if kind == "user_input":
                argument = said["arg"]
                if isinstance(argument, dict) and "as_tensor" in argument:
                    inputs.append(argument["as_tensor"]["name"])
            elif kind in ("parameter", "buffer", "tensor_constant"):
                key = said["arg"]["name"]
                self.hold(graph, key, str(said[f"{kind}_name"]), kind == "parameter")
        self.solve(graph, inputs, shapes, batch)
        for key in inputs:
            shape, dtype = self.described(graph, key)
            if shape is None:
                raise SourceError(Location(self.file), f"input {key} has no shape", "the archive is damaged")
            self.run.inputs.append(Given(key, key, shape, dtype))
        self.check_ranges()
        self.nodes(graph, {}, "", 0)
        self.dimensions.check_names()
        specs = signature["output_specs"]
        ends = graph["outputs"]
        for index, end in enumerate(ends):
            kind = next(iter(specs[index])) if index < len(specs) else "user_output"
            if kind == "user_output" and "as_tensor" in end:
                self.run.outputs.append(end["as_tensor"]["name"])
        read = {part for call in self.run.calls for part in keys((*call.args, *call.kwargs.values()))}
        self.run.parameters = {held.name: elements(held.shape) for held in self.run.held.values() if held.learnable}
        made = {one.key for call in self.run.calls for one in call.made if one is not None}
        known = {*made, *self.run.held, *(one.key for one in self.run.inputs)}
        for key in (*read, *self.run.outputs):
            if key not in known:
                raise ValueError(f"nothing makes {key}")
        return self.run

    def hold(self, graph: Mapping[str, Any], key: str, name: str, learnable: bool) -> None:
        """Note a tensor that the module holds."""
        shape, dtype = self.described(graph, key)
        if shape is None or not all(map(is_integer, shape)):
            raise ValueError(f"{name} has no shape")
        self.run.held[key] = Held(self.tied.get(name, name), shape, dtype, learnable)

    def described(self, graph: Mapping[str, Any], key: str) -> tuple[tuple[Any, ...] | None, str]:
        """Return the shape and type of a tensor, as the archive has them."""
        said = graph["tensor_values"].get(key)
        if said is None:
            return None, "unknown"
        try:
            shape = tuple(self.size(part) for part in said["sizes"])
        except NotRead:
            return None, TYPES.get(said["dtype"], "unknown")
        return shape, TYPES.get(said["dtype"], "unknown")

    def size(self, said: Mapping[str, Any]) -> Any:
        """Return a dimension: a number or an expression. Raises NotRead."""
        if "as_int" in said:
            number = said["as_int"]
            if type(number) is not int or number < 0:
                raise NotRead
            return number
        return dimension(said["as_expr"]["expr_str"], self.named)

    def named(self, name: str) -> Any:
        """Return what a symbol stands for."""
        if name in self.solved and name not in self.dimensions.given:
            self.dimensions.symbols[name] = self.solved[name]
        return self.dimensions.named(name)

    def solve(
        self,
        graph: Mapping[str, Any],
        inputs: Sequence[str],
        shapes: Mapping[str | None, Sequence[int | str]],
        batch: int | None,
    ) -> None:
        """Settle symbols by the shapes that the call gives. Raises SourceError where the archive has other numbers."""
        place = Location(self.file)
        asked = {inputs[0] if name is None and len(inputs) == 1 else name: shape for name, shape in shapes.items()}
        for name in asked:
            if name is None:
                what = f"--input-shape for one of {len(inputs)} inputs"
                raise SourceError(place, what, f"say which: NAME=…, of {', '.join(inputs)}")
            if name not in inputs:
                what = f"--input-shape {name}: no such input"
                raise SourceError(place, what, did_you_mean(name, list(inputs), "inputs are"))
        for key in inputs:
            said, _ = self.described(graph, key)
            if said is None:
                continue
            wanted: list[Any] = list(asked.get(key, said))
            if batch is not None and wanted:
                wanted[0] = batch
            if len(wanted) != len(said):
                what = f"--input-shape of {len(wanted)} dimensions for input {key}, which has {len(said)}"
                raise SourceError(place, what, "give a number for each dimension")
            for new, old in zip(wanted, said, strict=True):
                if new is old or isinstance(new, str) or new == old:
                    continue
                if self.settled(old, new):
                    continue
                what = f"input {key} of shape {list(wanted)}, and it was exported for {list(said)}"
                raise SourceError(place, what, "export it with dynamic_shapes for what is to change")

    def settled(self, old: Any, new: int) -> bool:
        """Settle the one symbol of a dimension, a·s + b, so that it is a number; tell whether that can be."""
        symbols: Any = getattr(old, "free_symbols", ())
        if len(symbols) != 1:
            return False
        (symbol,) = symbols
        rest = old.subs(symbol, 0)
        factor = old.subs(symbol, 1) - rest
        number = (new - rest) / factor if factor != 0 else None
        if number is None or not number.is_integer or number < 1 or old.subs(symbol, number) != new:
            return False
        self.dimensions.symbols[str(symbol)] = int(number)
        return bool(self.solved.setdefault(str(symbol), int(number)) == number)

    def check_ranges(self) -> None:
        """Raise SourceError where a number is out of the range that the program was exported for."""
        for name, said in (self.program.get("range_constraints") or {}).items():
            number = self.dimensions.symbols.get(name)
            if number is None or is_symbolic(number):
                continue
            low, high = said.get("min_val"), said.get("max_val")
            if (low is not None and number < low) or (high is not None and number > high):
                what = f"{name} is {number}, and it was exported for {low or 0} to {'any' if high is None else high}"
                raise SourceError(Location(self.file), what, "use a number in this range")

    def nodes(self, graph: Mapping[str, Any], names: dict[str, Any], prefix: str, depth: int) -> None:
        """Note all nodes of a graph; `names` are what its inputs are called outside."""
        for node in graph["nodes"]:
            target = node["target"]
            outputs = [one for output in node["outputs"] for one in outputs_of(output)]
            made = tuple(None if key is None else Made(prefix + key, *self.described(graph, key)) for key in outputs)
            if not any(one is not None for one in made) and not target.startswith("torch.ops."):
                continue  # arithmetic of dimensions
            space, op, overload = spelled(target)
            if space == "higher_order" and op in INLINED and depth < DEEPEST:
                self.inline(graph, node, names, prefix, depth, outputs)
                continue
            if space == "higher_order" and op in BODIES and depth < DEEPEST:
                control(self, graph, node, op, names, prefix, depth, made)
                continue
            args, kwargs = [], {}
            for one in node["inputs"]:
                argument = self.argument(graph, one["arg"], names, prefix)
                keyword = one.get("kind") == 2 or ("kind" not in one and one["name"] in KEYWORDS)
                if keyword:
                    kwargs[one["name"]] = argument
                else:
                    args.append(argument)
            self.noted += 1
            if self.noted > self.most:
                raise SourceError(Location(self.file), f"over {self.most:,} operators", "[tool.macflops.limits] layers")
            metadata = node.get("metadata") or {}
            scope = self.scope(metadata)
            if depth and not scope.path:  # which the archive leaves out there
                scope = owner(self, args) or scope
            call = Call(f"{space}.{op}", overload, tuple(args), kwargs, made, scope, self.place(metadata))
            self.run.calls.append(call)

    def inline(
        self, graph: Mapping[str, Any], node: Mapping[str, Any], names: dict[str, Any], prefix: str, depth: int,
        outputs: list[str | None],
    ) -> None:  # fmt: skip
        """Note the nodes of a graph that only says under which setting they run."""
        inner = next(one["arg"]["as_graph"]["graph"] for one in node["inputs"] if "as_graph" in one["arg"])
        operands = [one["arg"]["as_tensor"]["name"] for one in node["inputs"] if "as_tensor" in one["arg"]]
        places = [one["as_tensor"]["name"] for one in inner["inputs"] if "as_tensor" in one]
        outside = {
            place: names.get(operand, prefix + operand if prefix and operand not in self.run.held else operand)
            for place, operand in zip(places, operands, strict=True)
        }
        deeper = f"{prefix}{node.get('name') or len(self.run.calls)}/"
        self.nodes(inner, outside, deeper, depth + 1)
        for key, end in zip(outputs, inner["outputs"], strict=True):
            if key is not None:
                ended = end["as_tensor"]["name"]
                source = outside.get(ended, deeper + ended)
                shape, dtype = self.described(graph, key)
                made = (Made(prefix + key, shape, dtype),)
                self.run.calls.append(
                    Call("aten.alias", "default", (Ref(source),), {}, made, Scope(""), Location(self.file))
                )

    def argument(self, graph: Mapping[str, Any], given: Mapping[str, Any], names: dict[str, Any], prefix: str) -> Any:
        """Return an argument as calls have it."""
        ((kind, said),) = given.items()
        if kind == "as_tensor":
            return self.ref(said["name"], names, prefix)
        if kind == "as_tensors":
            return tuple(self.ref(one["name"], names, prefix) for one in said)
        if kind == "as_optional_tensors":
            return tuple(self.argument(graph, one, names, prefix) for one in said)
        if kind == "as_sym_bool":
            return self.truth(graph, said)
        if kind in ("as_sym_int", "as_sym_float"):
            return self.number(graph, said)
        if kind == "as_sym_ints":
            return tuple(self.number(graph, one) for one in said)
        if kind == "as_none":
            return None
        return tuple(said) if isinstance(said, list) else said

    def ref(self, name: str, names: dict[str, Any], prefix: str) -> Ref:
        """Return a tensor by its name in this graph."""
        return Ref(names[name] if name in names else prefix + name if prefix else name)

    def number(self, graph: Mapping[str, Any], said: Mapping[str, Any]) -> Any:
        """Return a number that may be computed from dimensions."""
        if "as_name" not in said:
            return next(iter(said.values()))
        known = graph["sym_int_values"].get(said["as_name"])
        if known is None:
            return None
        try:
            return self.size(known) if "as_expr" in known else known["as_int"]
        except NotRead:
            return None

    def truth(self, graph: Mapping[str, Any], said: Mapping[str, Any]) -> Any:
        """Return whether something holds, as far as dimensions decide it: True, False, or None."""
        known = graph["sym_bool_values"].get(said["as_name"]) if "as_name" in said else said
        if known is None or "as_bool" in known:
            return None if known is None else known["as_bool"]
        try:
            return dimension(known["as_expr"]["expr_str"], self.named)
        except NotRead:
            return None

    def scope(self, metadata: Mapping[str, Any]) -> Scope:
        """Return the module call that a node belongs to."""
        text = metadata.get("nn_module_stack") or ""
        last = text.rpartition(";")[2]
        if last not in self.scopes:
            parts = last.split(",")
            path = parts[1] if len(parts) > 2 else ""
            self.scopes[last] = Scope(path.removeprefix("L['self']."), parts[-1].rpartition(".")[2])
        return self.scopes[last]

    def place(self, metadata: Mapping[str, Any]) -> Location:
        """Return the user's line that a node comes from."""
        trace = metadata.get("stack_trace") or ""
        if trace not in self.places:
            found = Location(self.file)
            for match in FRAME.finditer(trace[:20_000]):
                if not TORCH.search(match[1]) and match[1][0] != "<" and len(match[2]) < 10:
                    from macflops.readers.torch.places import shown

                    found = Location(shown(match[1]), int(match[2]), 1)
            self.places[trace] = found
        return self.places[trace]


def outputs_of(output: Mapping[str, Any]) -> list[str | None]:
    """Return the names of the tensors in a node's output; None for what is no tensor."""
    ((kind, said),) = output.items()
    if kind == "as_tensor":
        return [said["name"]]
    if kind == "as_tensors":
        return [one["name"] for one in said]
    if kind == "as_optional_tensors":
        return [one["as_tensor"]["name"] if "as_tensor" in one else None for one in said]
    return [None]


def spelled(target: str) -> tuple[str, str, str]:
    """Return an operator's namespace, name and overload."""
    parts = target.removeprefix("torch.ops.").split(".")
    space = parts[0]
    return space, parts[1] if len(parts) > 1 else "", parts[2] if len(parts) > 2 else ""


def elements(shape: Sequence[Any]) -> int:
    """Return how many elements a shape has."""
    number = 1
    for side in shape:
        number *= side
    return number
