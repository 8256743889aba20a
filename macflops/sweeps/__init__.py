"""Sweeps: costs over grids of configurations, on arrays, in chunks that fit a cache.

for chunk in macflops.sweep(over={"c1": range(16, 513, 16), "c2": range(16, 513, 16), "g": [1, 2, 4, 8], "h": 28}):
    print(chunk.columns["mac_elements"].min())
"""

from __future__ import annotations

from macflops.sweeps.grid import Chunk, Sweep, sweep

__all__ = ["Chunk", "Sweep", "sweep"]
