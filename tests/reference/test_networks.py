"""The networks as a user meets them: both sets of primitives, features, sizes, what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import macflops.reference
from macflops.reference import ShuffleNetV1, ShuffleNetV2
from macflops.reference.network import Network

Array = NDArray[np.float32]
Images = Callable[..., Array]
Worst = Callable[[Array, Any], float]

NETWORKS = [
    *[lambda g=groups, w=width: ShuffleNetV1(g, w) for groups in (1, 3) for width in (0.25, 0.5, 1.0, 1.5, 2.0)],
    *[
        lambda g=groups, w=width: ShuffleNetV1(g, w, round_up=True)
        for groups in (2, 4, 8)
        for width in (0.25, 0.5, 1.0)
    ],
    *[lambda w=width, p=paper: ShuffleNetV2(w, paper=p) for width in (0.5, 1.0, 1.5, 2.0) for paper in (False, True)],
]


@pytest.mark.parametrize("make", NETWORKS)
def test_plain_and_fast_agree_on_every_network(make: Callable[[], Network], images: Images, worst: Worst) -> None:
    network = make()
    x = images(2, 3, 71, 50)
    network.primitives = "plain"
    logits, features = network(x, features=True)
    network.primitives = "fast"
    fast_logits, fast_features = network(x, features=True)
    assert worst(fast_logits, logits) < 1e-5
    assert list(fast_features) == list(features)
    assert all(worst(fast_features[name], features[name]) < 1e-5 for name in features)


@given(st.integers(32, 75), st.integers(32, 75), st.integers(1, 2))
@settings(deadline=None, max_examples=25)
def test_plain_and_fast_agree_on_any_size(height: int, width: int, batch: int) -> None:
    x = np.random.default_rng(0).standard_normal((batch, 3, height, width)).astype(np.float32)
    for plain, fast in ((SMALL_V1, SMALL_V1_FAST), (SMALL_V2, SMALL_V2_FAST)):
        expected = plain(x)
        assert np.abs(fast(x) - expected).max() < 1e-5 * np.abs(expected).max()


SMALL_V1, SMALL_V1_FAST = (ShuffleNetV1(3, 0.25, 10, primitives=name) for name in ("plain", "fast"))
SMALL_V2, SMALL_V2_FAST = (ShuffleNetV2(0.5, 10, primitives=name) for name in ("plain", "fast"))


@pytest.mark.parametrize("primitives", ["plain", "fast"])
def test_features_are_the_outputs_of_the_stages(primitives: str, images: Images) -> None:
    """Output sizes and channels of ShuffleNet V1's Table 1 and V2's Table 5."""
    x = images(1, 3, 224, 224)
    v1, v2 = ShuffleNetV1(3, primitives=primitives), ShuffleNetV2(primitives=primitives)
    _, features = v1(x, features=True)
    assert {name: z.shape for name, z in features.items()} == {
        "stage2": (1, 240, 28, 28), "stage3": (1, 480, 14, 14), "stage4": (1, 960, 7, 7),
    }  # fmt: skip
    _, features = v2(x, features=True)
    assert {name: z.shape for name, z in features.items()} == {
        "stage2": (1, 116, 28, 28), "stage3": (1, 232, 14, 14), "stage4": (1, 464, 7, 7), "conv5": (1, 1024, 7, 7),
    }  # fmt: skip


def test_images_of_a_batch_do_not_see_each_other(images: Images) -> None:
    x = images(3, 3, 48, 64)
    for network in (ShuffleNetV1(2, 1.0, 10), ShuffleNetV2(0.5, 10)):
        together = network(x)
        apart = np.concatenate([network(x[i : i + 1]) for i in (2, 0, 1)])[[1, 2, 0]]
        np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-5 * np.abs(together).max())


def test_a_second_call_and_another_size_between_change_nothing(images: Images) -> None:
    network, x = ShuffleNetV2(0.5, 10), images(1, 3, 50, 70)
    first = network(x)
    network(images(1, 3, 64, 64))
    bad = x.copy()
    bad[0, 0, 0, 0] = np.nan
    assert np.isnan(network(bad)).all()
    assert (network(x) == first).all()


def test_the_answer_is_the_caller_s_own(images: Images) -> None:
    network, x = ShuffleNetV2(0.5, 10), images(1, 3, 32, 32)
    first, features = network(x, features=True)
    kept, kept_features = first.copy(), {name: z.copy() for name, z in features.items()}
    network(images(1, 3, 32, 32) + 1)
    assert (first == kept).all()
    assert all((features[name] == z).all() for name, z in kept_features.items())


def test_an_image_need_not_be_contiguous(images: Images) -> None:
    x = images(1, 64, 48, 3).transpose(0, 3, 1, 2)
    network = ShuffleNetV1(3, 0.5, 10)
    assert (network(x) == network(np.ascontiguousarray(x))).all()


def test_the_seed_draws_the_parameters() -> None:
    same, other = ShuffleNetV2(0.5, seed=1).parameters, ShuffleNetV2(0.5, seed=2).parameters
    assert all((array == same[name]).all() for name, array in ShuffleNetV2(0.5, seed=1).parameters.items())
    assert all((array != same[name]).any() for name, array in other.items())


def test_changed_parameters_are_used_after_saying_so(images: Images) -> None:
    network, x = ShuffleNetV2(0.5, 10), images(1, 3, 32, 32)
    network(x)
    network.parameters["conv5.weight"] *= np.float32(0.5)
    network.changed()
    got = network(x)
    network.primitives = "plain"
    np.testing.assert_allclose(got, network(x), rtol=1e-4)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.zeros((3, 64, 64), np.float32), r"float32 \(3, 64, 64\)"),
        (np.zeros((1, 1, 64, 64), np.float32), r"\(1, 1, 64, 64\)"),
        (np.zeros((1, 3, 31, 64), np.float32), "at least 32"),
        (np.zeros((0, 3, 64, 64), np.float32), r"\(0, 3, 64, 64\)"),
        (np.zeros((1, 3, 64, 64)), "float64"),
    ],
)
def test_what_is_no_batch_of_images_is_refused(x: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ShuffleNetV2(0.5)(x)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ShuffleNetV1(5), "groups: 5 is not in Table 1"),
        # With a bottleneck of a quarter these cannot be built, though the paper reports errors for them
        (lambda: ShuffleNetV1(2, 0.5), "stage2.down: 2 does not divide its 25 bottleneck channels"),
        (lambda: ShuffleNetV1(4, 0.5), "stage2.down: 4 does not divide its 34 bottleneck channels"),
        (lambda: ShuffleNetV1(2, 0.25), "stage2.down: 4 does not divide its 50 output channels"),
        (lambda: ShuffleNetV1(4, 0.25), "stage2.down: 4 does not divide its 17 bottleneck channels"),
        (lambda: ShuffleNetV1(8, 0.5), "stage2.down: 8 does not divide its 180 expanded channels"),
        (lambda: ShuffleNetV1(3, 0.3), "7.2, no whole number"),
        (lambda: ShuffleNetV1(3, -1.0), "leaves no channels"),
        (lambda: ShuffleNetV2(0.75), "width: 0.75 is not in Table 5"),
        (lambda: ShuffleNetV2(widths=(48, 96, 191, 1024)), "three even widths"),
        (lambda: ShuffleNetV2(widths=(24, 48, 96, 1024), paper=True), "leave none to the right"),
        (lambda: ShuffleNetV2(primitives="fastest"), "'fastest' is not known"),
    ],
)
def test_what_cannot_be_built_is_refused_with_the_reason(make: Callable[[], Network], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_rounding_up_builds_what_the_paper_s_rules_cannot(images: Images) -> None:
    """tensorpack's rule, conv and classifier at 224 x 224: 38.9, 37.9, 40.5, 12.0, 13.0 and 12.4 M."""
    for groups, width, millions in (
        (2, 0.5, 38.9),
        (4, 0.5, 37.9),
        (8, 0.5, 40.5),
        (2, 0.25, 12.0),
        (4, 0.25, 13.0),
        (8, 0.25, 12.4),
    ):
        _, records = ShuffleNetV1(groups, width, round_up=True).count(images(1, 3, 224, 224))
        assert sum(record.mult_adds for record in records) / 1e6 == pytest.approx(millions, abs=0.05)


@pytest.mark.parametrize("make", [lambda: ShuffleNetV1(3), lambda: ShuffleNetV2(1.0), lambda: ShuffleNetV2(2.0)])
def test_the_fast_buffers_are_less_than_three_times_the_peak_activations(make: Callable[[], Network]) -> None:
    """The peak, layer by layer, is around the batch norm of the stem: 24 channels of 112 x 112, read and written."""
    network = make()
    compiled: Any = network.compile(224, 224)
    buffers = {}
    for call in compiled.plan.calls:
        array = call.keywords.get("out", call.args[0])  # copyto writes to its first operand, all others to out
        while getattr(array, "base", None) is not None:
            array = array.base
        buffers[id(array)] = array.nbytes
    assert len(buffers) > 10
    assert sum(buffers.values()) < 3 * 2 * 24 * 112 * 112 * 4 * max(1.0, network.settings["width"])


def test_importing_the_witness_imports_nothing_else_of_macflops_and_is_lazy() -> None:
    code = """if True:
        import sys
        import macflops.reference
        assert "numpy" not in sys.modules, "not lazy"
        from macflops.reference import *
        ShuffleNetV1(3, 0.5, 10)(__import__("numpy").zeros((1, 3, 32, 32), "f"))
        ShuffleNetV2(0.5, 10)(__import__("numpy").zeros((1, 3, 32, 32), "f"))
        ours = {name.split(".")[1] for name in sys.modules if name.startswith("macflops.")}
        assert ours == {"reference"}, ours
        assert not {"torch", "scipy", "onnx", "sympy"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(macflops.reference.__file__).parents[2])


def test_the_plain_primitives_fit_a_lecture() -> None:
    assert len((Path(macflops.reference.__file__).parent / "plain.py").read_text(encoding="utf-8").splitlines()) < 150


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert "ShuffleNetV2" in dir(macflops.reference)
    with pytest.raises(AttributeError, match="no attribute 'ShuffleNetV3'"):
        macflops.reference.ShuffleNetV3  # noqa: B018
