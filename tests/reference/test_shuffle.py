"""The channel shuffle against PyTorch's own, its laws, and how it mixes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from macflops.reference import channel_shuffle, channel_unshuffle, mixing, papers_mixing, shuffle_permutation


@st.composite
def channels_in_groups(draw: st.DrawFn) -> tuple[int, int]:
    groups = draw(st.integers(1, 9))
    return groups * draw(st.integers(1, 9)), groups


def test_the_shuffle_is_that_of_the_paper_s_figure() -> None:
    """ShuffleNet V1, figure 1 (c), here with 2 groups of 4 channels."""
    x = np.arange(8, dtype=np.float32).reshape(1, 8, 1, 1)
    assert channel_shuffle(x, 2).ravel().tolist() == [0, 4, 1, 5, 2, 6, 3, 7]


@given(channels_in_groups())
@settings(deadline=None)
def test_the_shuffle_is_pytorch_s(case: tuple[int, int]) -> None:
    channels, groups = case
    x = torch.randn(2, channels, 3, 5)
    expected = torch.nn.functional.channel_shuffle(x, groups)
    assert (channel_shuffle(x.numpy(), groups) == expected.numpy()).all()


@given(channels_in_groups())
@settings(deadline=None)
def test_unshuffling_undoes_the_shuffle(case: tuple[int, int]) -> None:
    channels, groups = case
    x = np.random.default_rng(0).standard_normal((2, channels, 3, 2)).astype(np.float32)
    assert (channel_unshuffle(channel_shuffle(x, groups), groups) == x).all()
    assert (channel_shuffle(channel_unshuffle(x, groups), groups) == x).all()


@given(channels_in_groups())
@settings(deadline=None)
def test_the_permutation_is_the_shuffle(case: tuple[int, int]) -> None:
    channels, groups = case
    x = np.random.default_rng(0).standard_normal((1, channels, 2, 2)).astype(np.float32)
    p = shuffle_permutation(channels, groups)
    assert (x[:, p] == channel_shuffle(x, groups)).all()
    assert sorted(p.tolist()) == list(range(channels))


@given(channels_in_groups())
@settings(deadline=None)
def test_mixing_is_what_grouped_convolutions_of_ones_do(case: tuple[int, int]) -> None:
    """Run units on ones in PyTorch: which inputs reach which outputs, and how evenly groups meet."""
    channels, groups = case
    found = mixing(channels, groups)
    weight = torch.ones(channels, channels // groups, 1, 1)
    x = torch.eye(channels).reshape(channels, channels, 1, 1)  # a batch of one image for each input
    reached = None
    for unit in range(1, 8):
        x = (torch.nn.functional.conv2d(x, weight, groups=groups) > 0).float()
        if x.all():
            reached = unit
            break
        x = torch.nn.functional.channel_shuffle(x, groups)
    assert found.units == reached
    members = torch.nn.functional.one_hot(torch.arange(channels) // (channels // groups)).T.float()
    met = torch.nn.functional.channel_shuffle(members[..., None, None], groups)
    met = met.reshape(groups, groups, -1).sum(2)
    assert found.even == bool((met == met[0, 0]).all())
    twice = channel_shuffle(channel_shuffle(np.arange(channels, dtype=np.float32).reshape(1, -1, 1, 1), groups), groups)
    assert found.own_inverse == (twice.ravel().tolist() == list(range(channels)))


@given(st.integers(2, 9))
@settings(deadline=None)
def test_with_as_many_channels_a_group_as_groups_the_shuffle_undoes_itself(groups: int) -> None:
    assert mixing(groups * groups, groups).own_inverse


@given(st.integers(2, 9), st.integers(1, 9))
@settings(deadline=None)
def test_groups_that_divide_the_channels_of_a_group_mix_evenly_in_two_units(groups: int, times: int) -> None:
    found = mixing(groups * groups * times, groups)
    assert found.even
    assert found.units == 2


def test_the_papers_networks_mix_as_their_tables_say() -> None:
    """Bottlenecks are a quarter of ShuffleNet V1's Table 1: 60, 120, 240 at 3 groups, 20, 40, 80 a group."""
    table = papers_mixing()
    assert [(m.channels, m.channels // m.groups) for m in table["shufflenet_v1_g3"]] == [(60, 20), (120, 40), (240, 80)]
    assert not any(m.even for m in table["shufflenet_v1_g3"])
    assert [m.channels // m.groups for m in table["shufflenet_v1_g8"]] == [12, 24, 48]
    assert [m.even for m in table["shufflenet_v1_g8"]] == [False, True, True]
    assert [m.channels for m in table["shufflenet_v2"]] == [116, 232, 464]


def test_the_first_channel_of_a_v2_stage_is_never_convolved() -> None:
    """It is first in the left half, and the shuffle leaves it there."""
    assert all(m.units is None for m in papers_mixing()["shufflenet_v2"])
    assert shuffle_permutation(116, 2)[0] == 0


@pytest.mark.parametrize("groups", [0, 5, -1])
def test_groups_that_do_not_divide_are_refused(groups: int) -> None:
    with pytest.raises(ValueError, match=f"{groups} does not divide 12"):
        shuffle_permutation(12, groups)
