"""A kind of figure: finds its file, makes its table, draws it on axes of its own or of the caller."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from os import path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from macflops.errors import Location, SourceError
from macflops.members import members
from macflops.plots._table import Table
from macflops.spelling import did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Kind:
    """A kind of figure. Calling it draws it: `groups(ax=None, dark=False, …)` returns a matplotlib Figure."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.name = module.__name__.rpartition(".")[2]
        self.__doc__ = module.__doc__

    @property
    def summary(self) -> str:
        """What it shows, in a line."""
        return (self.__doc__ or "").partition("\n")[0].rstrip(".")

    @property
    def source(self) -> str:
        """How many sources it takes: none, one, or some; "one" is required, unless it has a default."""
        parameters = signature(self.module.data).parameters.values()
        for parameter in parameters:
            if parameter.kind is Parameter.VAR_POSITIONAL:
                return "some"
            if parameter.name == "source":
                return "one" if parameter.default is Parameter.empty else "optional"
        return "none"

    @property
    def options(self) -> tuple[str, ...]:
        """The names of the options that it takes, those that decide which network is counted included."""
        found = []
        for parameter in signature(self.module.data).parameters.values():
            if parameter.kind is Parameter.VAR_KEYWORD:
                found += ["set", "variant", "input_shape", "batch", "dtype", "fusion", "limits"]
            elif parameter.kind is not Parameter.VAR_POSITIONAL and parameter.name != "source":
                found.append(parameter.name)
        return tuple(found)

    def data(self, *sources: Any, **options: Any) -> Table:
        """Return the table that the figure shows. Raises SourceError on what cannot be read, TypeError as a call."""
        return self.module.data(*sources, **options)  # type: ignore[no-any-return]

    def finding(self, table: Table) -> str:
        """Return what the table shows, in the sentence that stands over the figure."""
        return self.module.finding(table)  # type: ignore[no-any-return]

    def __call__(self, *sources: Any, ax: Axes | None = None, dark: bool = False, **options: Any) -> Figure:
        """Draw the figure of these sources and options: on `ax`, if there is one, else on a figure of its own.

        A kind of several panels divides the place of `ax` among them; such an `ax` has to be one of a grid, as
        `Figure.subplots` makes them. Returns the figure. Raises SourceError as `data` does.
        """
        return self.draw(self.data(*sources, **options), ax=ax, dark=dark)

    def draw(self, table: Table, *, ax: Axes | None = None, dark: bool = False) -> Figure:
        """Draw a table that `data` made."""
        from macflops.plots import _canvas
        from macflops.plots._theme import DARK, LIGHT

        figure: Figure = _canvas.drawn(self.module, table, self.finding(table), ax, DARK if dark else LIGHT)
        return figure


@cache
def names() -> tuple[str, ...]:
    """Return the names of all kinds, without importing any."""
    return members(path.join(path.dirname(__file__), "kinds", "__init__.py"))


@cache
def find(name: str) -> Kind:
    """Return a kind by name. Raises SourceError where there is none."""
    if name not in names():
        raise SourceError(Location("plot"), f"no kind {name!r}", did_you_mean(name, names(), "use one of"))
    return Kind(import_module(f"macflops.plots.kinds.{name}"))
