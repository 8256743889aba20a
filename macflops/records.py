"""Records: frozen classes that declare their fields, as dataclasses do, but defined in a thirtieth of the time.

An audit defines dozens of classes before it counts anything; `dataclass` writes and compiles the methods of each, for
a third of a millisecond or more. Here all share the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record:
    """A frozen class with the fields that its body, and those of its parents, annotate.

    As with `NamedTuple` a field with a value has a default, and `_replace`, `_asdict`, `_fields` and `_field_defaults`
    are there; but it is no tuple. Equal are records of one class with equal fields. The hash is computed once.
    """

    __slots__ = ("__dict__", "_hash")
    _fields: ClassVar[tuple[str, ...]] = ()
    _field_types: ClassVar[Mapping[str, str]] = {}  # as they are annotated
    _field_defaults: ClassVar[Mapping[str, Any]] = {}
    _hash: ClassVar[int]  # of each record; no field

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: kind for name, kind in cls.__annotations__.items() if not str(kind).startswith("ClassVar")}
        cls._field_types = {**cls._field_types, **own}
        cls._fields = tuple(cls._field_types)
        given = {name: cls.__dict__[name] for name in own if name in cls.__dict__}
        cls._field_defaults = {**cls._field_defaults, **given}

    def __init__(self, *values: Any, **named: Any) -> None:
        names, found = self._fields, self.__dict__
        found.update(self._field_defaults)
        found.update(zip(names, values, strict=False))
        found.update(named)
        if len(found) != len(names) or len(values) > len(names) or not named.keys().isdisjoint(names[: len(values)]):
            raise TypeError(f"{type(self).__name__} takes {', '.join(names) or 'nothing'}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and self._values() == other._values())

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((type(self), *self._values())))
            return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()

    def _values(self) -> tuple[Any, ...]:
        """Return the fields' values in order."""
        return tuple([self.__dict__[name] for name in self._fields])

    def _asdict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return dict(zip(self._fields, self._values(), strict=True))

    def _replace(self, **changes: Any) -> Self:
        """Return a record with other values in some fields."""
        return type(self)(**{**self._asdict(), **changes})
