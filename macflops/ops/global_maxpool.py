"""Global max pooling."""

from __future__ import annotations

from macflops.ops._global_pool import GlobalPooling


class GlobalMaxPool(GlobalPooling):
    """The greatest element of each channel."""
