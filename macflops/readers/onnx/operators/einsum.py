"""Einstein sums: transpositions, views, sums, and one matrix product for each tensor after the first."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import NamedTuple

from macflops.arithmetic import Dim, differ, is_integer, size
from macflops.readers.onnx.operators.views import reshaped
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.values import Value


class Term(NamedTuple):
    """A tensor, and the letter of each of its dimensions."""

    value: Value
    letters: str


def Einsum(at: Place, *values: Value, equation: str) -> Value:
    """Products of elements, summed over the letters that the result does not have: bhid,bhjd->bhij.

    An ellipsis stands for dimensions that broadcast; without an arrow the result has the letters that occur once, in
    order. A letter that one tensor has alone, and the result not, is summed first; one that a tensor has twice is its
    diagonal.
    """
    terms, result = parsed(at, equation, values)
    sides: dict[str, Dim] = {}
    for term in terms:
        for letter, side in zip(term.letters, term.value.sides, strict=True):
            known = sides.setdefault(letter, side)
            if is_integer(known) and known == 1:
                sides[letter] = side
            elif differ(known, side) and not (is_integer(side) and side == 1):
                raise at.wrong(f"{letter} of {equation} is {known} and {side}", "make them equal")
    made, *others = (diagonal(at, term, f".{i}" if i else "") for i, term in enumerate(terms))
    if not others:
        return ordered(at, summed(at, made, result, ""), result, "")
    for i, term in enumerate(others):
        later = result + "".join(other.letters for other in others[i + 1 :])
        made = product(at, made, term, later, sides, f".{i}" if len(others) > 1 else "")
    return ordered(at, made, result, "")


def parsed(at: Place, equation: str, values: Sequence[Value]) -> tuple[list[Term], str]:
    """Return the tensors with their letters, and the result's. Letters of an ellipsis are those that are not used."""
    text = equation.replace(" ", "")
    left, arrow, result = text.partition("->")
    names = left.split(",")
    if len(names) != len(values):
        raise at.wrong(f"{equation} of {len(values)} tensors", "give letters to each")
    free = [letter for letter in string.ascii_letters if letter not in text]
    ranks = [len(value.sides) - len(name.replace("...", "")) for name, value in zip(names, values, strict=True)]
    most = max((rank for name, rank in zip(names, ranks, strict=True) if "..." in name), default=0)
    shared = "".join(free[: max(most, 0)])
    terms = []
    for name, rank, value in zip(names, ranks, values, strict=True):
        letters = name.replace("...", shared[len(shared) - max(rank, 0) :]) if "..." in name else name
        if len(letters) != len(value.sides) or not (letters.isalpha() or not letters):
            raise at.wrong(f"{equation} of a shape {list(value.sides)}", "give a letter to each dimension")
        terms.append(Term(value, letters))
    if not arrow:
        every = "".join(term.letters for term in terms)
        once = sorted(letter for letter in set(every) - set(shared) if every.count(letter) == 1)
        return terms, shared + "".join(once)
    result = result.replace("...", shared)
    known = {letter for term in terms for letter in term.letters}
    if len(set(result)) < len(result) or not set(result) <= known:
        raise at.wrong(f"{equation}, whose result has letters twice or of its own", "name each once")
    return terms, result


def diagonal(at: Place, term: Term, part: str) -> Term:
    """Return a tensor's diagonal along the dimensions whose letter it has more than once."""
    letters = "".join(dict.fromkeys(term.letters))
    if letters == term.letters:
        return term
    own: dict[str, Dim] = {}
    for letter, side in zip(term.letters, term.value.sides, strict=True):
        if differ(own.setdefault(letter, side), side):
            raise at.wrong(f"{letter} is {own[letter]} and {side} in one tensor", "make them equal")
    shape, part = tuple(own[letter] for letter in letters), f".diagonal{part}"
    made = at.computed(term.value, outputs=[shape], name="diagonal", kind="LookedUp", part=part)
    return Term(made[0], letters)


def summed(at: Place, term: Term, kept: str, part: str) -> Term:
    """Return a tensor summed over the letters that nothing keeps: those of 1 are left out."""
    gone = tuple(i for i, letter in enumerate(term.letters) if letter not in kept and letter in wide(term))
    value = at.layer("sum", term.value, part=f".sum{part}", dim=gone, keepdim=False) if gone else term.value
    left = [letter for i, letter in enumerate(term.letters) if i not in gone]
    shape = tuple(side for letter, side in zip(left, value.sides, strict=True) if letter in kept)
    value = value if shape == value.sides else reshaped(at, value, shape)
    return Term(value, "".join(letter for letter in left if letter in kept))


def ordered(at: Place, term: Term, result: str, part: str) -> Value:
    """Return a tensor with its dimensions in the result's order."""
    if term.letters == result:
        return term.value
    order = tuple(term.letters.index(letter) for letter in result)
    return at.layer("transpose", term.value, part=f".transpose{part}", dims=order)


def product(at: Place, one: Term, other: Term, kept: str, sides: dict[str, Dim], part: str) -> Term:
    """Return the product of two tensors, summed over the letters that they share and nothing keeps."""
    shared = kept + "".join(c for c in wide(one) if c in wide(other))
    one, other = summed(at, one, shared, f"{part}_a"), summed(at, other, shared, f"{part}_b")
    if one.value.constant and not other.value.constant:
        one, other = other, one
    left, right = one.letters, other.letters
    batch = [c for c in left if c in right and c in kept]
    rows = [c for c in left if c not in right]
    inner = [c for c in left if c in right and c not in kept]
    columns = [c for c in right if c not in left]
    if not inner:  # nothing is summed: element by element
        return by_element(at, one, other, part)
    one = Term(at.computing(one.value, other.value), left)
    as_linear = other.value.constant and not batch
    turned = not as_linear and list(right) == [*batch, *columns, *inner]

    def matrix(term: Term, groups: list[list[str]], name: str) -> Value:
        value, wanted = term.value, [c for group in groups for c in group]
        own = dict(zip(term.letters, value.sides, strict=True))
        if list(term.letters) != wanted:
            order = tuple(term.letters.index(c) for c in wanted)
            value = at.layer("transpose", value, part=f".transpose{part}_{name}", dims=order)
        shape = (*(own[c] for c in batch), *(size(own[c] for c in group) for group in groups[1:]))
        return value if shape == value.sides else reshaped(at, value, shape)

    first = matrix(one, [batch, rows, inner], "a")
    second = matrix(other, [batch, columns, inner] if turned else [batch, inner, columns], "b")
    if as_linear:
        y = at.layer("linear", first, weights=(second,), out=second.sides[-1], bias=False, part=part)
    else:
        y = at.layer("matmul", first, second, transpose_b=turned, part=part)
    made = [*batch, *rows, *columns]
    shape = tuple(sides[c] for c in made)
    return Term(y if shape == y.sides else reshaped(at, y, shape), "".join(made))


def by_element(at: Place, one: Term, other: Term, part: str) -> Term:
    """Return the product of two tensors, each broadcast along the letters that it does not have."""
    if set(other.letters) > set(one.letters):
        one, other = other, one
    letters = one.letters + "".join(c for c in other.letters if c not in one.letters)
    first, second = (aligned(at, term, letters, name) for term, name in ((one, f"{part}_a"), (other, f"{part}_b")))
    if second.constant and not first.constant:
        own = second.kept
        weights = (second,) if own else ()
        made = at.layer("mul", first, weights=weights, constant=second.sides, learnable=own, part=part)
    else:
        made = at.layer("mul", first, second, part=part)
    return Term(made, letters)


def aligned(at: Place, term: Term, letters: str, part: str) -> Value:
    """Return a tensor with its dimensions in the order of some letters, and 1 for those that it does not have."""
    value = ordered(at, term, "".join(c for c in letters if c in term.letters), part)
    spread = iter(value.sides)
    shape = tuple(next(spread) if c in term.letters else 1 for c in letters)
    return value if shape == value.sides else reshaped(at, value, shape)


def wide(term: Term) -> str:
    """Return the letters of a tensor's dimensions, without those of 1: a sum over these is no product."""
    pairs = zip(term.letters, term.value.sides, strict=True)
    return "".join(letter for letter, side in pairs if not (is_integer(side) and side == 1))
