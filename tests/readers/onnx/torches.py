"""PyTorch as a witness: a module exported in training form, and what PyTorch itself counts of it."""

from __future__ import annotations

import io
import logging
import warnings
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


def exported(module: torch.nn.Module, *inputs: torch.Tensor, **options: Any) -> bytes:
    """Return the ONNX file that PyTorch's exporter writes, norms and dropout kept."""
    file = io.BytesIO()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
        warnings.simplefilter("ignore")
        options = {"training": torch.onnx.TrainingMode.TRAINING, "do_constant_folding": False, **options}
        torch.onnx.export(module.eval(), inputs, file, dynamo=False, **options)  # type: ignore[arg-type]
    return file.getvalue()


def exported_anew(module: torch.nn.Module, *inputs: torch.Tensor, optimize: bool = False, **options: Any) -> bytes:
    """Return the ONNX file that PyTorch's newer exporter writes; norms are folded only where it optimizes."""
    program = program_of(module, *inputs, **options)
    return optimized(program) if optimize else written(program)


def program_of(module: torch.nn.Module, *inputs: torch.Tensor, **options: Any) -> Any:
    """Return what PyTorch's newer exporter makes of a module, before it optimizes."""
    for name in ("torch.onnx", "onnxscript", "torch.onnx._internal.exporter._registration"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH), torch.no_grad():
        warnings.simplefilter("ignore")
        return torch.onnx.export(module.eval(), inputs, dynamo=True, optimize=False, verbose=False, **options)


def optimized(program: Any) -> bytes:
    """Return the file of an exported program that its exporter has optimized, which it does by default."""
    program.optimize()
    return written(program)


def written(program: Any) -> bytes:
    """Return the file of an exported program."""
    return program.model_proto.SerializeToString()  # type: ignore[no-any-return]


def counted(module: torch.nn.Module, *inputs: torch.Tensor) -> tuple[int, int]:
    """Return the mult-adds that PyTorch counts while the module runs, and its parameters."""
    torch.backends.mha.set_fastpath_enabled(False)  # which its counter does not see
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter, torch.no_grad():
        module.eval()(*inputs)
    return counter.get_total_flops() // 2, sum(p.numel() for p in module.parameters())
