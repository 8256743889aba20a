"""Records behave as frozen dataclasses do: the same classes written as both agree."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from macflops.records import Record


class Window(Record):
    kind: ClassVar[str] = "window"
    kernel: tuple[int, ...]
    stride: int | None = None


class Named(Window):
    name: str = "pool"

    @cached_property
    def area(self) -> int:
        return self.kernel[0] * self.kernel[1]


@dataclass(frozen=True)
class Witness:
    kind: ClassVar[str] = "window"
    kernel: tuple[int, ...]
    stride: int | None = None
    name: str = "pool"


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (((3, 3),), {}),
    (((3, 3), 2), {"name": "first"}),
    ((), {"stride": 2, "kernel": (1, 1)}),
    ((), {}),
    (((3, 3), 2), {"stride": 3}),
    (((3, 3),), {"pad": 1}),
    (((3, 3), 1, "a", 4), {}),
]


@pytest.mark.parametrize(("values", "named"), CALLS)
def test_a_record_takes_what_a_dataclass_takes(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    try:
        witness = Witness(*values, **named)
    except TypeError:
        with pytest.raises(TypeError, match="kernel, stride, name"):
            Named(*values, **named)
    else:
        record = Named(*values, **named)
        assert record._asdict() == asdict(witness)
        assert repr(record) == repr(witness).replace("Witness", "Named")
        assert record._replace(stride=7)._asdict() == asdict(replace(witness, stride=7))


def test_equal_are_records_of_one_class_with_equal_fields() -> None:
    one, other = Named((3, 3)), Named((3, 3), None, "pool")
    assert one.area == 9  # what is remembered beside the fields is none of them
    assert one == other
    assert hash(one) == hash(other)
    assert one != Named((3, 3), 1)
    assert Window((3, 3)) != one
    assert len({one, other, one._replace(stride=2)}) == 2


def test_a_record_is_frozen_and_pickles() -> None:
    record = Named((3, 3))
    assert hash(record) == hash(pickle.loads(pickle.dumps(record)))
    assert pickle.loads(pickle.dumps(record)) == record
    with pytest.raises(AttributeError):
        record.stride = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del record.stride
    assert issubclass(FrozenInstanceError, AttributeError)  # as a dataclass raises
    with pytest.raises(TypeError, match="kernel, stride, name"):
        record._replace(no_such=1)
