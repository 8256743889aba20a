"""A network as a torch.nn.Module: PyTorch's own layers, wired as the network's are."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from macflops.network import Layer, Network
from tests.ops.test_against_torch import COUNTERPARTS


class WithOperand(nn.Module):
    """Arithmetic with an operand of its own: a parameter, or a buffer."""

    def __init__(self, call: Any, shape: tuple[int, ...], learnable: bool) -> None:
        super().__init__()
        self.call = call
        self.operand: Tensor
        if learnable:
            self.operand = nn.Parameter(torch.ones(shape))
        else:
            self.register_buffer("operand", torch.ones(shape))

    def forward(self, *tensors: Tensor) -> Tensor:
        """Return the result on the inputs and the operand."""
        found: Tensor = self.call(*tensors, self.operand)
        return found


class Shuffled(nn.Module):
    """Channel shuffle as networks write it: nn.ChannelShuffle is beyond PyTorch's older exporter."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """Return x (N, C, H, W) with the channels of its groups in turns."""
        n, c, *sides = x.shape
        return x.view(n, self.groups, c // self.groups, *sides).transpose(1, 2).reshape(n, c, *sides)


class TorchOf(nn.Module):
    """The module of a network: what it takes, and returns, are the network's inputs and outputs in their order."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.calls: dict[str, Any] = {}  # by layer
        self.parts = nn.ModuleDict()  # those that are modules
        for layer in network.layers:
            call = self.calls[layer.shares] if layer.shares else counterpart(network, layer)
            self.calls[layer.name] = call
            if isinstance(call, nn.Module) and not layer.shares:
                self.parts[layer.name.replace(".", "/")] = call

    def forward(self, *inputs: Tensor) -> Any:
        """Return the outputs: one tensor, or several."""
        values = dict(zip((one.tensor for one in self.network.inputs), inputs, strict=True))
        for layer in self.network.layers:
            found = self.calls[layer.name](*(values[i] for i in layer.inputs))
            values.update(zip(layer.outputs, (found,) if isinstance(found, Tensor) else found, strict=True))
        outputs = tuple(values[i] for i in self.network.outputs)
        return outputs if len(outputs) > 1 else outputs[0]


def counterpart(network: Network, layer: Layer) -> Any:
    """Return PyTorch's own of a layer: a module, or a function."""
    op = layer.operator
    if op.name == "shuffle":
        return Shuffled(op.groups)
    if op.name == "slice":
        return lambda x: x[(*(slice(None),) * (op.dim % x.ndim), slice(op.start, op.end, op.step))]
    call = COUNTERPARTS[op.name](
        op, tuple(torch.empty(shape, device="meta") for shape in network.shapes_of(layer.inputs))
    )
    if getattr(op, "constant", None) is not None:
        return WithOperand(call, op.constant, op.learnable)
    return call


def torch_of(network: Network) -> nn.Module:
    """Return a network as a module for inference, on the device that is current."""
    return TorchOf(network).eval()


def images(network: Network) -> tuple[Tensor, ...]:
    """Return an input of random numbers for each of a network's."""
    return tuple(torch.rand(network.tensors[one.tensor].shape) for one in network.inputs)
