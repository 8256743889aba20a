"""What shows the same elements in another shape, or some of them; and what only makes tensors."""

from __future__ import annotations

from typing import Any

from macflops.arithmetic import Dim, Shape, ceil_div, exact_div, is_integer, maximum, minimum, size, surely
from macflops.readers.torch.operators._common import Place, Value, axis_of, tensors, words
from macflops.readers.torch.place import Unread

# Their outputs show the memory of their first input.
ALIASES = frozenset(
    words(
        "view reshape _unsafe_view _reshape_alias flatten unflatten squeeze unsqueeze slice select narrow "
        "expand expand_as chunk split split_with_sizes tensor_split unsafe_chunk unsafe_split "
        "unsafe_split_with_sizes unbind detach alias view_as reshape_as diagonal unfold lift_fresh "
        "view_as_real view_as_complex real to contiguous dropout as_strided _conj _neg_view"
    )
)


def view(at: Place, self: Value, size_: Any = None, **more: Any) -> Value:
    """x as another shape: one dimension may be what the others leave."""
    given = more.get("size", more.get("shape", size_))
    if not isinstance(given, (tuple, list)):
        raise Unread("of another type")
    return at.reshaped(self, _settled(tuple(given), self.shape))


def _settled(shape: Shape, sides: Shape) -> Shape:
    """Return a shape with its -1 as what the others leave."""
    if not any(is_integer(side) and side == -1 for side in shape):
        return shape
    rest = size(side for side in shape if not (is_integer(side) and side == -1))
    return tuple(exact_div(size(sides), rest) if is_integer(side) and side == -1 else side for side in shape)


def view_as(at: Place, self: Value, other: Value) -> Value:
    """x in another's shape."""
    return at.reshaped(self, other.shape)


def flatten(at: Place, self: Value, start_dim: int = 0, end_dim: int = -1) -> Value:
    """x with some dimensions as one."""
    rank = len(self.shape)
    first, last = axis_of(start_dim, rank), axis_of(end_dim, rank)
    if not rank:
        return at.reshaped(self, (1,))
    if first == 1 and last == rank - 1 and rank > 2 and not self.constant:
        return at.layer("flatten", self)
    return at.reshaped(self, (*self.shape[:first], size(self.shape[first : last + 1]), *self.shape[last + 1 :]))


def unflatten(at: Place, self: Value, dim: int, sizes: tuple[int, ...]) -> Value:
    """x with one dimension as several."""
    along = axis_of(dim, len(self.shape))
    parts = _settled(tuple(sizes), (self.shape[along],))
    return at.reshaped(self, (*self.shape[:along], *parts, *self.shape[along + 1 :]))


def squeeze(at: Place, self: Value, dim: Any = None) -> Value:
    """x without dimensions that are 1."""
    rank = len(self.shape)
    dims = range(rank) if dim is None else [axis_of(d, rank) for d in (dim if isinstance(dim, tuple) else (dim,))]
    gone = {d for d in dims if d < rank and is_integer(self.shape[d]) and self.shape[d] == 1}
    return at.reshaped(self, tuple(side for i, side in enumerate(self.shape) if i not in gone))


def unsqueeze(at: Place, self: Value, dim: int) -> Value:
    """x with a dimension of 1 more."""
    at_ = dim % (len(self.shape) + 1)
    return at.reshaped(self, (*self.shape[:at_], 1, *self.shape[at_:]))


def expand(at: Place, self: Value, size: Any, implicit: bool = False) -> Value:
    """x with dimensions of 1 seen as larger ones."""
    wanted = tuple(size)
    new = len(wanted) - len(self.shape)
    kept = (*wanted[:new], *self.shape)
    shape = tuple(k if is_integer(w) and w == -1 else w for w, k in zip(wanted, kept, strict=True))
    if self.constant:
        return Value(shape, self.dtype, leaves=self.leaves)
    if shape == self.shape:
        return self
    return at.layer("expand", self, size=shape)


def expand_as(at: Place, self: Value, other: Value) -> Value:
    """x seen in another's shape."""
    return expand(at, self, other.shape)


def broadcast_to(at: Place, self: Value, size: Any) -> Value:
    """x seen in another shape."""
    return expand(at, self, size)


def _bound(bound: Dim, side: Dim) -> Dim:
    """Return a slice's bound counted from the beginning, and within the side."""
    if is_integer(bound) and is_integer(side):
        return min(max(bound + side if bound < 0 else bound, 0), side)
    if is_integer(bound):
        if bound >= 2**31 - 1:
            return side
        if bound < 0:
            return side + bound
        return bound if bound == 0 or surely(bound <= side) is True else minimum(bound, side)
    bound = bound + side if surely(bound < 0) is True else bound
    return bound if surely(bound <= side) is True or bound == side else minimum(bound, side)


def slice(at: Place, self: Value, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Value:
    """A range of one dimension."""
    along = axis_of(dim, len(self.shape))
    side = self.shape[along]
    first = _bound(0 if start is None else start, side)
    last = maximum(_bound(side if end is None else end, side), first)
    if is_integer(first) and first == 0 and last == side and step == 1:
        return self
    return _sliced(at, self, along, first, last, step)


def _sliced(at: Place, x: Value, along: int, first: Dim, last: Dim, step: int = 1, part: str = "") -> Value:
    """Add a slice; of the module's own tensor it is its own."""
    length = ceil_div(last - first, step)
    if x.constant or (is_integer(length) and length == 0):
        return Value((*x.shape[:along], length, *x.shape[along + 1 :]), x.dtype, leaves=x.leaves)
    return at.layer("slice", x, dim=along, start=first, end=last, step=step, part=part)


def narrow(at: Place, self: Value, dim: int, start: int, length: int) -> Value:
    """So many elements of one dimension."""
    return slice(at, self, dim, start, start + length)


def select(at: Place, self: Value, dim: int, index: int) -> Value:
    """One element of a dimension, which goes."""
    along = axis_of(dim, len(self.shape))
    side = self.shape[along]
    shape = (*self.shape[:along], *self.shape[along + 1 :])
    if self.constant:
        return Value(shape, self.dtype, leaves=self.leaves)
    first = index + side if surely(index < 0) is True else index
    part = _sliced(at, self, along, first, first + 1) if side != 1 else self
    return at.reshaped(part, shape, ".squeeze" if part is not self else "")


def _split(at: Place, x: Value, sizes: tuple[Dim, ...], along: int) -> tuple[Value, ...]:
    """Add a split into parts of these sizes."""
    if len(sizes) == 1:
        return (x,)
    if x.constant:
        return tuple(Value((*x.shape[:along], part, *x.shape[along + 1 :]), x.dtype, leaves=x.leaves) for part in sizes)
    return at.layers("split", x, sizes=sizes, dim=along)


def split(at: Place, self: Value, split_size: Any, dim: int = 0) -> tuple[Value, ...]:
    """Consecutive parts of one size; the last one may be less."""
    along = axis_of(dim, len(self.shape))
    if isinstance(split_size, tuple):
        return _split(at, self, split_size, along)
    side = self.shape[along]
    number = len(at.call.made)
    return _split(at, self, (*(split_size,) * (number - 1), side - split_size * (number - 1)), along)


def split_with_sizes(at: Place, self: Value, split_sizes: tuple[int, ...], dim: int = 0) -> tuple[Value, ...]:
    """Consecutive parts of these sizes."""
    return _split(at, self, tuple(split_sizes), axis_of(dim, len(self.shape)))


def chunk(at: Place, self: Value, chunks: int, dim: int = 0) -> tuple[Value, ...]:
    """So many parts, or fewer; all of one size but the last."""
    along = axis_of(dim, len(self.shape))
    return _split(at, self, tuple(at.made(i)[along] for i in range(len(at.call.made))), along)


def tensor_split(at: Place, self: Value, indices_or_sections: Any, dim: int = 0) -> tuple[Value, ...]:
    """Parts at these bounds, or so many."""
    return chunk(at, self, 0, dim)


def unbind(at: Place, self: Value, dim: int = 0) -> tuple[Value, ...]:
    """Each element of a dimension, which goes."""
    along = axis_of(dim, len(self.shape))
    shape = (*self.shape[:along], *self.shape[along + 1 :])
    number = len(at.call.made)
    if self.constant:
        return tuple(Value(shape, self.dtype, leaves=self.leaves) for _ in range(number))
    return tuple(at.reshaped(part, shape, ".squeeze") for part in _split(at, self, (1,) * number, along))


def diagonal(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
    """A diagonal."""
    return at.looked_up(self)  # type: ignore[no-any-return]


def unfold(at: Place, self: Value, dimension: int, size: int, step: int) -> Value:
    """Windows of one dimension: seen, and read as often as they overlap by what takes them."""
    from macflops.ops._stated import Seen

    return at.stated(Seen, self)  # type: ignore[no-any-return]


def as_strided(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
    """x's memory as another shape, some of it perhaps more than once."""
    return unfold(at, self, 0, 0, 0)


def contiguous(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
    """The same elements, perhaps in another place, type or order of memory: no layer of its own."""
    return Value(self.shape, self.dtype, self.tensor, self.leaves, name=self.name)


def type_as(at: Place, self: Value, other: Value) -> Value:
    """x in another's type."""
    return contiguous(at, self)


def dropout(at: Place, input: Value, p: float, train: bool) -> Value:
    """x itself, in inference."""
    return contiguous(at, input) if input.constant else at.layer("dropout", input)


def native_dropout(at: Place, input: Value, p: float, train: bool | None) -> tuple[Value, ...]:
    """x itself, in inference."""
    return (dropout(at, input, p, False),)


def _own(at: Place, *args: Any, **fields: Any) -> Any:
    """A tensor out of nothing, or only of a shape: the module's own."""
    made = [Value(at.made(index), at.made_dtype(index)) for index in range(len(at.call.made))]
    return made if len(made) != 1 else made[0]


def _fill(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
    """x overwritten with numbers: what it held is gone. With a tensor, that tensor."""
    value = more[0] if more else fields.get("value")
    if isinstance(value, Value) and not value.constant:
        return expand(at, value, self.shape)
    return Value(self.shape, self.dtype)


def meshgrid(at: Place, tensors_: Any = (), indexing: str = "ij", **more: Any) -> tuple[Value, ...]:
    """Views of vectors as a grid."""
    vectors = tensors(more.get("tensors", tensors_))
    found = []
    for index, vector in enumerate(vectors):
        shape = at.made(index)
        place = index if indexing == "ij" or index > 1 else 1 - index
        column = at.reshaped(vector, tuple(size(vector.shape) if i == place else 1 for i in range(len(shape))))
        found.append(expand(at, column, shape))
    return tuple(found)


def atleast_1d(at: Place, self: Value) -> Value:
    """x with a dimension at least."""
    return at.reshaped(self, at.made())


def sym_size(at: Place, *args: Any) -> tuple[Value, ...]:
    """A dimension: no tensor."""
    return ()


_FACTORIES = words(
    "arange range linspace logspace zeros ones empty full eye rand randn randint randperm tril_indices "
    "triu_indices scalar_tensor zeros_like ones_like empty_like full_like rand_like randn_like randint_like "
    "new_zeros new_ones new_empty new_full new_empty_strided empty_strided hann_window hamming_window "
    "lift_fresh_copy tensor normal "
    "blackman_window bartlett_window kaiser_window fft_fftfreq fft_rfftfreq empty_permuted"
)
_SAME = words(
    "clone detach alias lift_fresh lift to _to_copy _to_cpu type_as alpha_dropout feature_dropout "
    "feature_alpha_dropout pin_memory cpu cuda double float half resolve_conj resolve_neg positive "
    "requires_grad_ set_data real"
)
_NOTHING = words(
    "_assert_async _assert_tensor_metadata _assert_scalar sym_constrain_range sym_constrain_range_for_size "
    "sym_numel sym_stride sym_storage_offset _local_scalar_dense item is_nonzero equal record_stream"
)

MADE: dict[str, Any] = {
    **dict.fromkeys(_FACTORIES, _own),
    **dict.fromkeys(_SAME, contiguous),
    **dict.fromkeys(_NOTHING, sym_size),
    **dict.fromkeys(("fill", "zero", "uniform", "exponential"), _fill),
    **dict.fromkeys(("reshape", "_unsafe_view", "_reshape_alias"), view),
    "reshape_as": view_as,
    "atleast_2d": atleast_1d,
    "atleast_3d": atleast_1d,
    **{f"unsafe_{name}": function for name, function in (("chunk", chunk), ("split", split))},
    "unsafe_split_with_sizes": split_with_sizes,
    "feature_dropout": dropout,
    "alpha_dropout": dropout,
}
