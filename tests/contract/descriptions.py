"""Random networks as native YAML: images of 1 to 3 sides, sequences, several inputs and outputs, shared weights."""

from __future__ import annotations

from random import Random
from typing import Any

import yaml

ACTS = ("relu", "relu6", "silu", "hardswish", "prelu", "none")
Entry = Any


def description(seed: int) -> str:
    """Return a network as YAML text, the same for the same seed."""
    random = Random(seed)
    return yaml.safe_dump(sequence(random) if seed % 5 == 4 else image(random), sort_keys=False, width=200)


def image(random: Random) -> dict[str, Any]:
    """Return a network on images of one, two or three sides."""
    sides = random.choice([1, 2, 2, 2, 3])
    size = [random.choice([8, 12, 17]) for _ in range(sides)]
    layers: list[Entry] = [
        {"conv": {"out": random.choice([8, 12, 16]), "kernel": 3, "norm": "bn", "act": "relu"}, "name": "stem"}
    ]
    document: dict[str, Any] = {"macflops": 1, "name": "random"}
    batch = random.choice([1, 1, 2])
    document["input"] = {"x": [batch, 3, *size]}
    if random.random() < 0.3:
        document["input"]["y"] = [batch, 8, *size]
        layers[0]["from"] = "x"
        layers += [{"conv": {"out": 8}, "from": "y", "name": "side"}, {"concat": {}, "from": ["stem", "side"]}]
    for number in range(random.randint(1, 6)):
        layers += random.choice(BLOCKS)(random, f"b{number}")
    layers.append({"conv": {"out": 12, "norm": random.choice(["bn", "none"])}, "name": "last"})
    tail: list[Entry] = ["global_avgpool", "flatten", {"linear": {"out": 24}}, "relu", {"linear": {"out": 10}}]
    if random.random() < 0.3:
        layers.append({"conv": {"out": 5, "bias": False}, "name": "map"})
        tail[0] = {"global_avgpool": {}, "from": "last"}
        document["outputs"] = ["map", "classes"]
    tail[-1] = {"linear": {"out": 10}, "name": "classes"}
    document["layers"] = layers + tail
    return document


def sequence(random: Random) -> dict[str, Any]:
    """Return attention and a perceptron on embedded tokens, the projections perhaps shared."""
    wide = random.choice([8, 12, 16])
    layers: list[Entry] = [{"embedding": {"num_embeddings": 50, "embedding_dim": wide}, "name": "tokens"}]
    layers.append({"add": {"constant": [7, wide], "learnable": True}, "name": "here"})
    for n in range(random.randint(1, 3)):
        layers += [
            {random.choice(["layer_norm", "rms_norm"]): {}, "name": f"norm{n}"},
            {"linear": {"out": wide}, "name": f"q{n}", "from": f"norm{n}"},
            {"linear": {"out": wide}, "name": f"k{n}", "from": f"norm{n}", **maybe(random, "share", f"q{n}")},
            {"linear": {"out": wide, "bias": False}, "name": f"v{n}", "from": f"norm{n}"},
            {"matmul": {"transpose_b": True}, "from": [f"q{n}", f"k{n}"]},
            {"softmax": {}, "name": f"weights{n}"},
            {"matmul": {}, "from": [f"weights{n}", f"v{n}"]},
            {"linear": {"out": wide}},
            {"add": {}, "from": [-1, "here" if n == 0 else f"end{n - 1}"], "name": f"mid{n}"},
            {"linear": {"out": 4 * wide}},
            {random.choice(["gelu", "relu"]): {}},
            {"linear": {"out": wide}},
            {"add": {}, "from": [f"mid{n}", -1], "name": f"end{n}"},
        ]
    layers += [{"mean": {"dim": [1]}}, {"linear": {"out": 3}}]
    return {"macflops": 1, "name": "tokens", "input": {"ids": [random.choice([1, 3]), 7]}, "layers": layers}


def maybe(random: Random, key: str, value: Any) -> dict[str, Any]:
    """Return a field, or none."""
    return {key: value} if random.random() < 0.4 else {}


def conv(random: Random, out: Any, kernel: int = 1, **more: Any) -> Entry:
    """Return a convolution with a norm and an activation, or without."""
    norm = random.choice(["bn", "bn", "none", "group_norm"])
    return {"conv": {"out": out, "kernel": kernel, **more, **normed(norm), "act": random.choice(ACTS)}}


def one_of(random: Random, *choices: list[Entry]) -> list[Entry]:
    """Return one of some lists of entries."""
    return random.choice(choices)


def normed(norm: str) -> dict[str, Any]:
    """Return a norm as a field; without one the bias stays."""
    return {} if norm == "none" else {"norm": {norm: {"num_groups": 2}} if norm == "group_norm" else norm}


def plain(random: Random, name: str) -> list[Entry]:
    """Return a convolution, strided or not, pooled or not."""
    entries: list[Entry] = [
        conv(random, random.choice([8, 12, 20]), random.choice([1, 3]), stride=random.choice([1, 1, 2]))
    ]
    return [*entries, *one_of(random, [], [{"maxpool": {"kernel": 2, "stride": 1}}], [{"dropout": {}}], ["relu"])]


def residual(random: Random, name: str) -> list[Entry]:
    """Return a bottleneck with a shortcut, of convolutions or of the input itself."""
    groups = random.choice([1, 2, 4])
    path: list[Entry] = [
        conv(random, 8, groups=random.choice([1, 2])),
        *one_of(random, [], [{"shuffle": {"groups": 2}}], [{"dwconv": {"kernel": 3, "norm": "bn"}}]),
        {"conv": {"out": 16, "kernel": 3, "groups": groups, **normed(random.choice(["bn", "none"]))}},
    ]
    paths = [path, [{"conv": {"out": 16, "norm": "bn"}}]]
    random.shuffle(paths)
    unit: Entry = {"branches": {"join": random.choice(["add", "add", "mul"]), "paths": paths}}
    same = [conv(random, 8), {"conv": {"out": 16, "norm": "bn"}}]
    again: Entry = {"branches": {"join": "add", "paths": random.choice([[same, []], [[], same]])}}
    return [unit, *one_of(random, [], ["relu"]), again, *one_of(random, [], ["relu", {"shuffle": {"groups": 4}}])]


def fragments(random: Random, name: str) -> list[Entry]:
    """Return convolutions and poolings side by side, joined."""
    paths: list[list[Entry]] = [[conv(random, 4)] * random.randint(1, 2) for _ in range(random.randint(1, 6))]
    paths.append([{"avgpool": {"kernel": 3, "stride": 1}}, conv(random, 4)])
    if random.random() < 0.5:
        paths.append([])
    return [{"branches": {"join": "concat", "paths": paths}}, *one_of(random, [], [{"pad": {"padding": 1}}], ["relu"])]


def halves(random: Random, name: str) -> list[Entry]:
    """Return a split of the channels, one half worked on, and a shuffle."""
    path: list[Entry] = [conv(random, 8), {"dwconv": {"kernel": 3, "norm": "bn"}}, conv(random, 8)]
    return [
        conv(random, 16),
        {"branches": {"split": 2, "join": "concat", "paths": [[], path]}},
        {"shuffle": {"groups": 2}},
    ]


def gated(random: Random, name: str) -> list[Entry]:
    """Return squeeze-and-excitation, or a gate beside its own input."""
    gate: Entry = {"branches": {"join": "mul", "paths": [[], ["sigmoid"]]}}
    return [conv(random, 16), random.choice([{"se": {"hidden": 4}}, gate])]


def upwards(random: Random, name: str) -> list[Entry]:
    """Return a strided convolution and a transposed one, and a skip around both where the sides allow it."""
    down: Entry = {"conv": {"out": 12, "kernel": 3, "stride": 2}}
    up: Entry = {"conv_transpose": {"out": 8, "kernel": 2, "stride": 2, "padding": 0, "groups": 2}}
    return [down, up, random.choice(["relu", "bn", {"upsample": {"scale_factor": 2}}])]


def shared(random: Random, name: str) -> list[Entry]:
    """Return two convolutions with the weights of one, the second perhaps in a named repeat."""
    first: Entry = {"conv": {"out": 8, "kernel": 3}, "name": f"{name}_first"}
    again: Entry = {"conv": {"out": 8, "kernel": 3}, "share": f"{name}_second"}
    return [
        first,
        {"conv": {"out": 8, "kernel": 3, "norm": "bn"}, "name": f"{name}_second"},
        {"repeat": {"times": 2, "as": "i", "layers": [conv(random, 8), "relu"]}, "name": name},
        {"conv": {"out": 8}},
        again | {"conv": {"out": 8, "kernel": 3, "norm": "bn"}},
        {"add": {}, "from": [-1, f"{name}_first"]},
    ]


BLOCKS = (plain, residual, fragments, halves, gated, upwards, shared)
