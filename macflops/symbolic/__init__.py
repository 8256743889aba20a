"""The algebra behind the guidelines: closed forms of the papers' blocks, and theorems with proofs.

`formula("resnet")` is a block's mult-adds as the paper writes them, derived by walking the block, as a network with
symbols for numbers, through the very costs that an audit uses. `regions("resnext")` is T6's grid, to be drawn.
"""

from __future__ import annotations

from macflops.symbolic.formula import Formula, formula
from macflops.symbolic.regions import Region, regions
from macflops.symbolic.walk import blocks, share, walk

__all__ = ["Formula", "Region", "blocks", "formula", "regions", "share", "walk"]
