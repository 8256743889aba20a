"""Numbers that vary: one for each configuration of a sweep, computed all at once on arrays.

A fourth kind of number beside integers, symbols and polynomials. What a network's structure asks of one (is it over 1,
does it divide, how often does a repeat run) has one answer, or raises Split: then configurations are parted by the
answer, and each part is built anew. So one walk stands for all configurations of one structure, and every number is
Python's own: integers exact, however large, floats as IEEE 754 has them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

INT64 = 2**63 - 1
FLOAT = 2**53  # to which integers are exact as floats


class Split(Exception):  # no error: an answer
    """A question has several answers: labels, an integer for each configuration, tell them apart."""

    def __init__(self, labels: Any) -> None:
        super().__init__()
        self.labels = labels


class Truth:
    """The answers to a comparison, one for each configuration, not all the same."""

    def __init__(self, answers: Any) -> None:
        self.answers = answers

    def __bool__(self) -> bool:
        raise Split(self.answers.astype(np.int64))


def truth(answers: Any) -> Any:
    """Return an array of answers as one where all are the same."""
    answers = np.asarray(answers, bool)
    if answers.all():
        return True
    return Truth(answers) if answers.any() else False


class Varying:
    """Numbers on an array: int64 with bounds that hold, float64, or object (Python's own, where int64 is too small)."""

    __slots__ = ("array", "high", "low")
    low: Any  # of int64: what no number is below, or above; None elsewhere
    high: Any
    __array_ufunc__ = None  # NumPy's numbers leave operations to this class
    __hash__ = object.__hash__

    def __init__(self, array: Any, low: int | None = None, high: int | None = None) -> None:
        self.array = array
        if array.dtype == np.int64 and low is None:
            low, high = int(array.min()), int(array.max())
        self.low, self.high = low, high

    @property
    def varies(self) -> bool:
        """That it is one of these: `arithmetic.is_varying` asks for it."""
        return True

    def __repr__(self) -> str:
        return f"one of {len(np.unique(self.array))} numbers"

    def settled(self) -> Any:
        """Return the number that it is everywhere, as Python has it. Raises Split where there are several."""
        found, labels = np.unique(self.array, return_inverse=True)
        if len(found) == 1:
            return found[0].item() if hasattr(found[0], "item") else found[0]
        raise Split(labels.reshape(self.array.shape))

    def whole(self) -> Any:
        """Return integers where it has floats without a fraction. Elsewhere the float, if it is one everywhere."""
        if self.array.dtype == np.int64:
            return self
        values = self.array.reshape(-1).tolist()
        fits = truth(np.array([float(v).is_integer() for v in values]).reshape(self.array.shape))
        return made(list(map(int, values)), self.array.shape) if fits else self.settled()

    def each(self, function: Callable[..., Any], *others: Any) -> Any:
        """Return a function of Python's numbers, one by one. Where it fails for some only, raises Split."""
        arrays = np.broadcast_arrays(self.array, *(o.array if isinstance(o, Varying) else o for o in others))
        found, failed, error = [], [], None
        for values in zip(*(array.reshape(-1).tolist() for array in arrays), strict=True):
            try:
                found.append(function(*values))
                failed.append(False)
            except (ValueError, ArithmeticError) as raised:
                found.append(0)
                failed.append(True)
                error = raised
        if error is not None:
            if all(failed):
                raise error
            raise Split(np.array(failed, np.int64).reshape(arrays[0].shape))
        return made(found, arrays[0].shape)

    def _computed(self, other: Any, on_arrays: Callable[[Any, Any], Any], bounds: Any, sides: bool) -> Any:
        """Return a sum, difference or product; `sides`: self stands on the right."""
        if isinstance(other, (bool, int)):
            other = int(other)
            second = Varying(np.array(other), other, other) if abs(other) <= INT64 else Varying(np.array(other, object))
        elif isinstance(other, float):
            second = Varying(np.array(other))
        elif isinstance(other, Varying):
            second = other
        else:
            return NotImplemented
        a, b = (second, self) if sides else (self, second)
        if a.array.dtype == np.int64 == b.array.dtype:
            for tight in (False, True):
                if tight:
                    a, b = Varying(a.array), Varying(b.array)
                low, high = bounds(a.low, a.high, b.low, b.high)
                if low >= -INT64 and high <= INT64:
                    return Varying(on_arrays(a.array, b.array), low, high)
        if object in (a.array.dtype, b.array.dtype) or a.array.dtype == np.int64 == b.array.dtype:
            return a.each(on_arrays, b)
        with np.errstate(all="ignore"):
            return finite(on_arrays(a.array, b.array))

    def __add__(self, other: Any) -> Any:
        return self._computed(other, lambda a, b: a + b, lambda a, c, b, d: (a + b, c + d), False)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._computed(other, lambda a, b: a - b, lambda a, c, b, d: (a - d, c - b), False)

    def __rsub__(self, other: Any) -> Any:
        return self._computed(other, lambda a, b: a - b, lambda a, c, b, d: (a - d, c - b), True)

    def __mul__(self, other: Any) -> Any:
        return self._computed(other, lambda a, b: a * b, of_product, False)

    __rmul__ = __mul__

    def __neg__(self) -> Any:
        return 0 - self

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self.each(abs)

    def __floordiv__(self, other: Any) -> Any:
        return quotient(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return quotient(other, self)

    def __mod__(self, other: Any) -> Any:
        return remainder(self, other)

    def __rmod__(self, other: Any) -> Any:
        return remainder(other, self)

    def __truediv__(self, other: Any) -> Any:
        return ratio(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return ratio(other, self)

    def __pow__(self, other: Any) -> Any:
        if type(other) is int and 0 <= other <= 4:
            return math.prod([self] * other)
        return self.each(lambda a, b: a**b, other)

    def __rpow__(self, other: Any) -> Any:
        return self.each(lambda b: other**b)

    def __round__(self) -> Any:
        return self._rounded(np.rint, round)

    def __floor__(self) -> Any:
        return self._rounded(np.floor, math.floor)

    def __ceil__(self) -> Any:
        return self._rounded(np.ceil, math.ceil)

    def __trunc__(self) -> Any:
        return self._rounded(np.trunc, math.trunc)

    def _rounded(self, on_arrays: Any, one: Callable[[Any], int]) -> Any:
        if self.array.dtype == np.int64:
            return self
        if self.array.dtype == np.float64 and np.abs(self.array).max() < FLOAT:
            return Varying(on_arrays(self.array).astype(np.int64))
        return self.each(one)

    def _compared(self, other: Any, ufunc: Any) -> Any:
        if isinstance(other, Varying):
            if np.float64 in (self.array.dtype, other.array.dtype) and self.array.dtype != other.array.dtype:
                return truth(ufunc(self.array.astype(object), other.array.astype(object)))
            if None not in (self.low, other.low):
                if self.low > other.high:
                    return bool(ufunc(1, 0))
                if self.high < other.low:
                    return bool(ufunc(0, 1))
            return truth(ufunc(self.array, other.array))
        if not isinstance(other, (int, float)):
            return NotImplemented
        if self.low is not None:
            if self.low > other:
                return bool(ufunc(1, 0))
            if self.high < other:
                return bool(ufunc(0, 1))
            if isinstance(other, float) and max(-self.low, self.high) > FLOAT:
                return truth(ufunc(self.array.astype(object), other))
        return truth(ufunc(self.array, other))

    def __lt__(self, other: Any) -> Any:
        return self._compared(other, np.less)

    def __le__(self, other: Any) -> Any:
        return self._compared(other, np.less_equal)

    def __gt__(self, other: Any) -> Any:
        return self._compared(other, np.greater)

    def __ge__(self, other: Any) -> Any:
        return self._compared(other, np.greater_equal)

    def __eq__(self, other: Any) -> Any:
        return self is other or self._compared(other, np.equal)

    def __ne__(self, other: Any) -> Any:
        return self is not other and self._compared(other, np.not_equal)

    def __bool__(self) -> bool:
        return bool(self != 0)

    def least(self, other: Any) -> Any:
        """Return the lesser of two, for each configuration."""
        second = other if isinstance(other, Varying) else made([other], ())
        if self.array.dtype == np.int64 == second.array.dtype:
            return Varying(np.minimum(self.array, second.array), min(self.low, second.low), min(self.high, second.high))
        return self.each(min, other)


def of_product(a: int, c: int, b: int, d: int) -> tuple[int, int]:
    """Return bounds of a product of what lies from a to c and what lies from b to d."""
    if a >= 0 and b >= 0:
        return a * b, c * d
    corners = (a * b, a * d, c * b, c * d)
    return min(corners), max(corners)


def made(values: list[Any], shape: tuple[int, ...]) -> Varying:
    """Return Python's numbers as an array: int64 where all are integers that fit, float64 where all are floats."""
    kinds = {type(value) for value in values}
    if kinds == {float}:
        return Varying(np.array(values).reshape(shape))
    if kinds <= {int, bool} and all(-INT64 <= value <= INT64 for value in values):
        return Varying(np.array(values, np.int64).reshape(shape))
    array = np.empty(len(values), object)
    array[:] = values
    return Varying(array.reshape(shape))


def finite(array: Any) -> Varying:
    """Return floats. Where one is over all bounds, as Python's OverflowError; where some are, Split."""
    if not np.isfinite(array).all() and truth(np.isfinite(array)) is False:
        raise OverflowError
    if not np.isfinite(array).all():
        bool(truth(np.isfinite(array)))
    return Varying(array)


def both(first: Any, second: Any) -> tuple[Varying, Varying]:
    """Return two numbers, of which one varies, as such. Raises ZeroDivisionError where the second is 0, or Split."""
    if second == 0:
        raise ZeroDivisionError("division by zero")
    return tuple(x if isinstance(x, Varying) else made([x], ()) for x in (first, second))  # type: ignore[return-value]


def quotient(first: Any, second: Any) -> Any:
    """Return the largest integers not above first ÷ second."""
    a, b = both(first, second)
    if a.array.dtype == np.int64 == b.array.dtype and b.low > 0:
        corners = [x // y for x in (a.low, a.high) for y in (b.low, b.high)]
        return Varying(a.array // b.array, min(corners), max(corners))
    return a.each(lambda x, y: x // y, b)


def remainder(first: Any, second: Any) -> Any:
    """Return first modulo second, with the second's sign."""
    a, b = both(first, second)
    if a.array.dtype == np.int64 == b.array.dtype and b.low > 0:
        return Varying(a.array % b.array, 0, b.high - 1)
    return a.each(lambda x, y: x % y, b)


def ratio(first: Any, second: Any) -> Any:
    """Return first ÷ second as floats, as Python rounds them."""
    a, b = both(first, second)

    def exact(number: Varying) -> bool:
        return number.array.dtype == np.float64 or (
            number.low is not None and number.low >= -FLOAT and number.high <= FLOAT
        )

    if exact(a) and exact(b):
        with np.errstate(all="ignore"):
            return finite(a.array / b.array)
    return a.each(lambda x, y: x / y, b)
