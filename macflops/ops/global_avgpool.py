"""Global average pooling."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.ops._global_pool import GlobalPooling


class GlobalAvgPool(GlobalPooling):
    """The mean of each channel. Source: Network in Network (Lin et al. 2014), section 3.2."""

    def averages_within(self, x: Shape) -> bool:
        """Return True: its windows follow from the image's sides."""
        return True
