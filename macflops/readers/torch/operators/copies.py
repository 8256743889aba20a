"""What moves elements: transpositions, concatenations, paddings, resizing, lookups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from macflops.arithmetic import is_integer
from macflops.ops._stated import Computed
from macflops.readers.torch.operators._common import Place, Value, axis_of, operand, tensors, words
from macflops.readers.torch.operators.views import _sliced

ALIASES = frozenset(words("transpose permute t movedim swapaxes swapdims moveaxis numpy_T mT adjoint"))


def transpose(at: Place, self: Value, dim0: Any, dim1: Any = None, **more: Any) -> Value:
    """x with two dimensions exchanged."""
    rank = len(self.shape)
    order = list(range(rank))
    if rank:
        one, other = axis_of(dim0, rank), axis_of(dim1, rank)
        order[one], order[other] = order[other], order[one]
    return at.transposed(self, tuple(order))


def swapaxes(at: Place, self: Value, axis0: int, axis1: int) -> Value:
    """x with two dimensions exchanged."""
    return transpose(at, self, axis0, axis1)


def permute(at: Place, self: Value, dims: tuple[int, ...]) -> Value:
    """x with its dimensions in another order."""
    return at.transposed(self, tuple(axis_of(dim, len(self.shape)) for dim in dims))


def t(at: Place, self: Value) -> Value:
    """x (m, n) as (n, m)."""
    return at.transposed(self, (1, 0)) if len(self.shape) == 2 else self


def numpy_T(at: Place, self: Value) -> Value:
    """x with its dimensions in reverse."""
    return at.transposed(self, tuple(reversed(range(len(self.shape)))))


def mT(at: Place, self: Value) -> Value:
    """x with its last two dimensions exchanged."""
    return transpose(at, self, -2, -1)


def movedim(at: Place, self: Value, source: Any, destination: Any) -> Value:
    """x with some dimensions at other places."""
    rank = len(self.shape)
    from_, to = (
        [axis_of(dim, rank) for dim in (given if isinstance(given, tuple) else (given,))]
        for given in (source, destination)
    )
    order: list[int | None] = [None] * rank
    for old, new in zip(from_, to, strict=True):
        order[new] = old
    rest = iter(dim for dim in range(rank) if dim not in from_)
    return at.transposed(self, tuple(next(rest) if dim is None else dim for dim in order))


def cat(at: Place, tensors_: Any = (), dim: int = 0, **more: Any) -> Value:
    """Tensors one after the other along a dimension. Empty ones of one dimension are nothing."""
    given = tensors(more.get("tensors", tensors_))
    rank = max(len(value.shape) for value in given)
    along = axis_of(dim, rank)
    present = [v for v in given if len(v.shape) == rank and not (is_integer(v.shape[along]) and v.shape[along] == 0)]
    if len(present) == 1:
        return Value(present[0].shape, present[0].dtype, present[0].tensor, present[0].leaves, name=present[0].name)
    return at.layer("concat", *(present or given[:1]), dim=along)


def stack(at: Place, tensors_: Any = (), dim: int = 0, **more: Any) -> Value:
    """Tensors one after the other along a new dimension."""
    given = tensors(more.get("tensors", tensors_))
    along = dim % (len(given[0].shape) + 1)
    parts = [at.reshaped(v, (*v.shape[:along], 1, *v.shape[along:]), ".unsqueeze") for v in given]
    return cat(at, tuple(parts), along)


def pad(at: Place, self: Value, pad: tuple[int, ...], mode: str = "constant", value: Any = None) -> Value:
    """x with more before and after its last dimensions, the last one first; negative: less."""
    rank, number = len(self.shape), len(pad) // 2
    before, after = ([pad[2 * i + side] for i in reversed(range(number))] for side in (0, 1))
    grown = [tuple(n if not is_integer(n) or n > 0 else 0 for n in numbers) for numbers in (before, after)]
    found = self
    while grown[0] and _zero(grown[0][0]) and _zero(grown[1][0]):
        grown = [numbers[1:] for numbers in grown]  # dimensions that stay as they are
    if grown[0]:
        found = at.layer("pad", self, padding=(*grown[0], *grown[1]), mode=mode)
    for index in range(number):
        low, high = (-n if is_integer(n) and n < 0 else 0 for n in (before[index], after[index]))
        if low or high:
            along = rank - number + index
            found = _sliced(at, found, along, low, found.shape[along] - high, part=f".crop_{along}")
    return found if found is not self else Value(self.shape, self.dtype, self.tensor, self.leaves, name=self.name)


def _zero(number: Any) -> bool:
    return is_integer(number) and number == 0


def constant_pad_nd(at: Place, self: Value, pad_: Any = (), value: Any = 0, **more: Any) -> Value:
    """x with numbers around it."""
    return pad(at, self, more.get("pad", pad_))


def _padded(mode: str) -> Callable[..., Value]:
    """Return the reader of a padding with what x holds."""

    def read(at: Place, self: Value, padding: tuple[int, ...]) -> Value:
        return pad(at, self, padding, mode)

    return read


def _upsampled(mode: str) -> Callable[..., Value]:
    """Return the reader of a resizing of the sides."""

    def read(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
        shape = at.made()
        return at.layer("upsample", self, size=shape[2:], mode=mode)

    return read


MADE: dict[str, Any] = {
    **{f"{mode}{n}d": _padded(name) for mode, name in (
        ("reflection_pad", "reflect"), ("replication_pad", "replicate"), ) for n in (1, 2, 3)},
    "_pad_circular": _padded("circular"),
    **{f"upsample_nearest{n}d": _upsampled("nearest") for n in (1, 2, 3)},
    **{f"_upsample_nearest_exact{n}d": _upsampled("nearest-exact") for n in (1, 2, 3)},
    "upsample_linear1d": _upsampled("linear"),
    "upsample_bilinear2d": _upsampled("bilinear"),
    "upsample_trilinear3d": _upsampled("trilinear"),
    "upsample_bicubic2d": _upsampled("bicubic"),
    "_upsample_bilinear2d_aa": _upsampled("bilinear"),
    "_upsample_bicubic2d_aa": _upsampled("bicubic"),
}  # fmt: skip


def pixel_shuffle(at: Place, self: Value, upscale_factor: int) -> Value:
    """x (N, c·r², h, w) as (N, c, h·r, w·r)."""
    return at.layer("pixel_shuffle", self, upscale_factor=upscale_factor)


def pixel_unshuffle(at: Place, self: Value, downscale_factor: int) -> Value:
    """x (N, c, h·r, w·r) as (N, c·r², h, w)."""
    return at.layer("pixel_unshuffle", self, downscale_factor=downscale_factor)


def channel_shuffle(at: Place, self: Value, groups: int) -> Value:
    """The channels as (groups, c/groups), transposed and flattened."""
    return at.layer("shuffle", self, groups=groups)


def repeat(at: Place, self: Value, repeats: tuple[int, ...]) -> Value:
    """x repeated along its dimensions."""
    if all(is_integer(number) and number == 1 for number in repeats):
        return at.reshaped(self, (*(1,) * (len(repeats) - len(self.shape)), *self.shape))
    return at.layer("tile", self, dims=tuple(repeats))


def embedding(at: Place, weight: Value, indices: Value, *more: Any, **fields: Any) -> Value:
    """Rows of a table."""
    if weight.constant and not indices.constant:
        rows, width = weight.shape
        return at.layer(
            "embedding", indices, weights=(weight,), num_embeddings=rows, embedding_dim=width, dtype=weight.dtype
        )
    return at.layer("gather", weight, indices, dim=0)


def index_select(at: Place, self: Value, dim: int, index: Value) -> Value:
    """Slices along a dimension, by index."""
    return at.layer("gather", self, index, dim=axis_of(dim, len(self.shape)))


def index(at: Place, self: Value, indices: tuple[Value | None, ...]) -> Value:
    """Elements by one tensor of indices for each of some dimensions."""
    used = [(dim, given) for dim, given in enumerate(indices) if given is not None]
    known = at.made()
    if len(used) == 1:
        dim, given = used[0]
        shape = (*self.shape[:dim], *given.shape, *self.shape[dim + 1 :])
        if given.dtype not in ("bool", "uint8") and len(shape) == len(known):
            if dim == 0 and self.learnt and len(self.shape) == 2 and not given.constant:
                return embedding(at, self, given)
            return at.layer("gather", self, given, dim=dim)
    return at.looked_up(self, *(given for _, given in used))  # type: ignore[no-any-return]


def _taken(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
    """Elements by indices."""
    others = [given for given in (*more, *fields.values()) if isinstance(given, Value)]
    return at.looked_up(self, *others)  # type: ignore[no-any-return]


def _put(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
    """x with some elements replaced: everything is read, and all of it written."""
    others = []
    for given in (*more, *fields.values()):
        others += [v for v in given if isinstance(v, Value)] if isinstance(given, tuple) else []
        if isinstance(given, Value):
            others.append(given)
    return at.moved(self, *others)  # type: ignore[no-any-return]


def _joined(at: Place, tensors_: Any) -> Value:
    """Matrices along a diagonal, zeros elsewhere."""
    return at.moved(*tensors(tensors_))  # type: ignore[no-any-return]


def _moved(at: Place, self: Value, *more: Any, **fields: Any) -> Any:
    """Elements in another order, or several times."""
    others = [given for given in (*more, *fields.values()) if isinstance(given, Value)]
    return at.moved(self, *others)


def copy(at: Place, self: Value, src: Value, non_blocking: bool = False) -> Value:
    """What another tensor holds, written over this one."""
    if src.constant:
        return Value(self.shape, self.dtype, leaves=src.leaves)
    if self.storage is src.storage and self.path == src.path:  # x[i] += y: it has been written
        return src
    return at.moved(src, name="copy")  # type: ignore[no-any-return]


def grid_sampler(at: Place, input: Value, grid: Value, *more: Any) -> Value:
    """x interpolated at places."""
    return at.computed(input, grid)  # type: ignore[no-any-return]


def _computed(at: Place, self: Any, *more: Any, **fields: Any) -> Any:
    """What computes each output element from all of its operands."""
    others = [given for given in (*more, *fields.values()) if isinstance(given, Value)]
    return at.stated(Computed, operand(self), *others, outputs=len(at.call.made))


MADE |= {
    "concat": cat,
    "concatenate": cat,
    "swapdims": swapaxes,
    "moveaxis": movedim,
    "adjoint": mT,
    "tile": repeat,
    "native_channel_shuffle": channel_shuffle,
    "grid_sampler_2d": grid_sampler,
    "grid_sampler_3d": grid_sampler,
    **dict.fromkeys(("gather", "take", "take_along_dim", "masked_select", "diag_embed", "diag"), _taken),
    **dict.fromkeys(
        words(
            "scatter scatter_add scatter_reduce index_put _unsafe_index_put index_add index_copy index_fill "
            "masked_scatter slice_scatter select_scatter diagonal_scatter index_reduce"
        ),
        _put,
    ),
    **dict.fromkeys(("roll", "flip", "rot90", "im2col", "col2im", "repeat_interleave"), _moved),
    **dict.fromkeys(
        words(
            "tril triu one_hot bucketize affine_grid_generator histc bincount isin multinomial nonzero nonzero_static "
            "_unique2 unique_consecutive unique_dim unique_dim_consecutive fractional_max_pool2d fractional_max_pool3d"
        ),
        _computed,
    ),
    "block_diag": _joined,
    "_unsafe_index": index,
}
