"""The speeds that the ShuffleNet V2 paper measured in its four experiments, from the figures that ship with the zoo."""

from __future__ import annotations

from typing import Literal

from macflops.zoo.published import of


def speeds(experiment: str, on: Literal["gpu", "arm"], **settings: int) -> dict[str, float]:
    """Return speeds by the settings that are left: speeds("paper_g1", "gpu", scale=1)["ratio=12"] is 748 batches/s.

    `on` is the GTX 1080 Ti (batches/s) or one thread of the Snapdragon 810 (images/s). Raises KeyError where the paper
    has no such row. Source: Ma et al. 2018, ShuffleNet V2, Tables 1 to 4.
    """
    found = {}
    for figure in of(experiment):
        given = dict(part.split("=") for part in figure.settings.split())
        wanted = {name: str(value) for name, value in settings.items()}
        if figure.metric == f"speed_{on}" and wanted.items() <= given.items():
            left = (f"{name}={value}" for name, value in given.items() if name not in wanted and name != "arm")
            found[" ".join(left)] = float(figure.value)
    if not found:
        raise KeyError(f"the paper has no speeds of {experiment} on {on} with {settings}")
    return dict(sorted(found.items(), key=lambda row: -row[1]))
