"""Runs a network in NumPy on numbers that each layer draws by its name, so that a layer keeps its own when moved."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from macflops.network import Layer, Network


def run(network: Network) -> list[Any]:
    """Return the outputs of a network for inputs drawn by their names."""
    tensors: dict[int, Any] = {
        i.tensor: numbers(i.name, "input").standard_normal(network.tensors[i.tensor].shape) for i in network.inputs
    }
    for layer in network.layers:
        found = execute(layer, [tensors[t] for t in layer.inputs])
        several = found if isinstance(found, list) else [found]
        for tensor, value in zip(layer.outputs, several, strict=True):
            assert value.shape == network.tensors[tensor].shape, layer
            tensors[tensor] = value
    return [tensors[t] for t in network.outputs]


def numbers(name: str, what: str) -> np.random.Generator:
    """Return a generator of its own for each weight of each layer."""
    return np.random.default_rng(crc32(f"{name} {what}".encode()))


def execute(layer: Layer, inputs: list[Any]) -> Any:
    """Return what a layer makes of its inputs."""
    operator, x = layer.operator, inputs[0]
    match operator.name:
        case "conv":
            return conv(layer, x)
        case "linear":
            weights = numbers(layer.name, "weights").standard_normal((operator.out, x.shape[-1]))
            return x @ weights.T + (numbers(layer.name, "bias").standard_normal(operator.out) if operator.bias else 0)
        case "bn":
            c = x.shape[1]
            mean, shift, scale = (numbers(layer.name, n).standard_normal(c) for n in ("mean", "shift", "scale"))
            variance = numbers(layer.name, "variance").uniform(0.5, 2, c)
            sides = (1, c, *(1,) * (x.ndim - 2))
            normal = (x - mean.reshape(sides)) / np.sqrt(variance.reshape(sides) + operator.eps)
            return normal * scale.reshape(sides) + shift.reshape(sides)
        case "relu":
            return np.maximum(x, 0)
        case "sigmoid":
            return (1 + np.tanh(x / 2)) / 2
        case "dropout" | "identity":
            return x
        case "add":
            return sum(inputs[1:], start=x)
        case "mul":
            return inputs[0] * inputs[1]
        case "concat":
            return np.concatenate(inputs, operator.dim)
        case "split":
            return np.split(x, operator.parts, operator.dim)
        case "shuffle":
            n, c, *sides = x.shape
            grouped = x.reshape(n, operator.groups, c // operator.groups, *sides)
            return grouped.swapaxes(1, 2).reshape(x.shape)
        case "flatten":
            return x.reshape(x.shape[0], -1)
        case "global_avgpool":
            return x.mean((2, 3), keepdims=True)
        case "maxpool" | "avgpool":
            return pool(operator, x)
        case "adaptive_avgpool":
            (h, w), (a, b) = x.shape[2:], operator.out
            return np.stack(
                [
                    np.stack(
                        [
                            x[:, :, i * h // a : -(-(i + 1) * h // a), j * w // b : -(-(j + 1) * w // b)].mean((2, 3))
                            for j in range(b)
                        ],
                        -1,
                    )
                    for i in range(a)
                ],
                -2,
            )
    raise AssertionError(operator.name)


def conv(layer: Layer, x: Any) -> Any:
    """Return a convolution: windows of each group against its weights."""
    o = layer.operator
    groups, (kh, kw), (sh, sw) = o.groups, o.kernel, o.stride
    read = x.shape[1] // groups
    weights = numbers(layer.name, "weights").standard_normal((groups, o.out // groups, read, kh, kw))
    top, left, bottom, right = o.padding
    wide = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    seen = sliding_window_view(wide, (kh, kw), (2, 3))[:, :, ::sh, ::sw]
    seen = seen.reshape(x.shape[0], groups, read, *seen.shape[2:])
    y = np.einsum("ngchwkl,gockl->ngohw", seen, weights)
    y = y.reshape(x.shape[0], o.out, *y.shape[3:])
    return y + (numbers(layer.name, "bias").standard_normal(o.out)[:, None, None] if o.bias else 0)


def pool(operator: Any, x: Any) -> Any:
    """Return a pooling without dilation: the greatest or the mean of each window, padding in neither."""
    (kh, kw), (sh, sw) = operator.kernel, operator.stride or operator.kernel
    top, left, bottom, right = operator.padding
    greatest = operator.name == "maxpool"
    wide = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=-np.inf if greatest else 0)
    seen = sliding_window_view(wide, (kh, kw), (2, 3))[:, :, ::sh, ::sw]
    return seen.max((-2, -1)) if greatest else seen.mean((-2, -1))
