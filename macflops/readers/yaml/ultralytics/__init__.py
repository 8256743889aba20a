"""Ultralytics' model files (YOLOv3 to YOLO26, YOLO-World, YOLOE, RT-DETR): rows of modules under `backbone` and `head`.

A row is `[from, repeats, module, args]`. Each module is written out as its layers, named as PyTorch names them in
Ultralytics' own network (`model.2.cv1.conv`), with its row as their place. Depth and width follow `scales` (or
`depth_multiple` and `width_multiple`, as YOLOv5 had them). Source: the files themselves and their comments.
"""

from macflops.readers.yaml.ultralytics.document import network

__all__ = ["network"]
