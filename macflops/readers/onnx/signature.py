"""What the exporter itself says of a file's tensors: which are parameters, which buffers.

PyTorch's newer exporter writes the exported program's signature into the graph's metadata, a line for each input:
`p_head_weight: PARAMETER target='head.weight'`, `b_table: BUFFER target='table' persistent=False`. Its targets are the
names of the file's tensors. Its older exporter says it by names alone: a tensor that the module holds is called by its
path there (`text.logit_scale`), one that the exporter folded is not (`onnx::Mul_12`). Other writers say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from macflops.readers.onnx.model import Node
from macflops.readers.onnx.tensors import FLOATS, Tensor

KEY = "pkg.torch.export.ExportedProgram.graph_signature"
LINE = re.compile(r"^[^\s:]+: (PARAMETER|BUFFER|CONSTANT_TENSOR) target='([^'\n]*)'", re.MULTILINE)
PATH = re.compile(r"(?!val_\d)[^\W\d]\w*(\.\w+)*")  # of a tensor in a module: identifiers, and numbers within lists


STATISTICS = (".running_mean", ".running_var")  # what torch's norms call them, and norms written after them


def learnable(
    metadata: Mapping[str, str], producer: str, tensors: Mapping[str, Tensor], nodes: Sequence[Node]
) -> dict[str, bool]:
    """Return whether a tensor is a parameter, by name, for those of which the file says so.

    Beside those that the newer exporter notes its optimizer has computed some: a scale, a mask that hides nothing.
    """
    if KEY in metadata:
        noted = {name: kind == "PARAMETER" for kind, name in LINE.findall(metadata[KEY])}
        others = ((name, tensor) for name, tensor in tensors.items() if name not in noted)
        computed = [name for name, one in others if all(side == 1 for side in one.shape) or one.filled]
        return {**dict.fromkeys(computed, False), **noted} if noted else {}
    if producer != "pytorch":
        return {}
    return {**single(tensors), **frozen(tensors, nodes)}


def single(tensors: Mapping[str, Tensor]) -> dict[str, bool]:
    """Return the single numbers that a module holds: temperatures and scales. Elsewhere one is arithmetic's."""
    floats = (name for name, tensor in tensors.items() if not tensor.shape and tensor.type in FLOATS)
    return {name: True for name in floats if PATH.fullmatch(name)}


def frozen(tensors: Mapping[str, Tensor], nodes: Sequence[Node]) -> dict[str, bool]:
    """Return the tensors of batch norms that are frozen: written as arithmetic, with all that they hold in buffers."""
    statistics = {name for name in tensors if name.endswith(STATISTICS)}
    if not statistics:
        return {}
    whole = {name for node in nodes if node.op == "BatchNormalization" for name in node.inputs}
    norms = {name.rpartition(".")[0] for name in statistics - whole}
    return {f"{norm}.{part}": False for norm in norms for part in ("weight", "bias", "running_mean", "running_var")}
