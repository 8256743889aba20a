"""Hard sigmoid."""

from __future__ import annotations

from macflops.ops._activation import Activation


class HardSigmoid(Activation):
    """min(max(x + 3, 0), 6) ÷ 6. Source: MobileNetV3 (Howard et al. 2019), section 5.2."""
