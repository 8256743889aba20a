"""Global average pooling."""

from __future__ import annotations

from macflops.ops._global_pool import GlobalPooling


class GlobalAvgPool(GlobalPooling):
    """The mean of each channel. Source: Network in Network (Lin et al. 2014), section 3.2."""

    __slots__ = ()
