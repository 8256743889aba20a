"""Losses, which models for training end in: by the general convention, each output element one operation."""

from __future__ import annotations

from typing import Any

from macflops.ops._stated import Computed
from macflops.readers.torch.operators._common import Place, Value, words


def _loss(at: Place, self: Value, *more: Any, **fields: Any) -> Any:
    """A loss of predictions, targets and what weighs them; with what it writes for its gradient."""
    others = [given for given in (*more, *fields.values()) if isinstance(given, Value)]
    return at.stated(Computed, self, *others, outputs=len(at.call.made))


MADE = dict.fromkeys(
    words(
        "mse_loss smooth_l1_loss huber_loss soft_margin_loss multi_margin_loss multilabel_margin_loss_forward "
        "binary_cross_entropy binary_cross_entropy_with_logits nll_loss nll_loss_forward nll_loss2d_forward "
        "nll_loss_nd cross_entropy_loss _ctc_loss l1_loss"
    ),
    _loss,
)
