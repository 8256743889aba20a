"""What the exporter itself says of a file's tensors: which are parameters, which buffers.

PyTorch's newer exporter writes the exported program's signature into the graph's metadata, a line for each input:
`p_head_weight: PARAMETER target='head.weight'`, `b_table: BUFFER target='table' persistent=False`. Its targets are the
names of the file's tensors. Other writers say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KEY = "pkg.torch.export.ExportedProgram.graph_signature"
LINE = re.compile(r"^[^\s:]+: (PARAMETER|BUFFER|CONSTANT_TENSOR) target='([^'\n]*)'", re.MULTILINE)


def learnable(metadata: Mapping[str, str]) -> dict[str, bool]:
    """Return whether a tensor is a parameter, by name, for those of which the metadata says so."""
    return {name: kind == "PARAMETER" for kind, name in LINE.findall(metadata.get(KEY, ""))}
