"""What the constructors say to arguments that do not fit."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

import equivariety as ev
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear, EquivariantMLP, InvariantAutoencoder

ROTATION = ev.EquivariantMaps(ev.actions.image_rotation(3))
COMPONENT = ROTATION.bounded(4).component((1, 1, 1))
FREE, TRIVIAL = ev.actions.cyclic(4), ev.actions.trivial(1)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: EquivariantAutoencoder((1, 1, 1)), "component must be a Component, as maps.bounded.rank..component"),
        (lambda: EquivariantAutoencoder(COMPONENT, depth=1), "depth must be a whole number of at least 2 .* not 1"),
        (
            lambda: EquivariantAutoencoder(COMPONENT, depth=3, widths=[(1, 1, 1)]),
            "widths must have one entry for each of the 2 hidden spaces, not 1",
        ),
        (
            lambda: EquivariantAutoencoder(COMPONENT, widths=[3]),
            r"widths must be a sequence of sequences, .* not \[3\]",
        ),
        (
            lambda: EquivariantAutoencoder(COMPONENT, widths=[("a", 1, 1)]),
            "hidden space 1 must hold block .* at least 1 times, the rank of the component, not 'a'",
        ),
        (
            lambda: EquivariantAutoencoder(COMPONENT, widths=[(1, 1)]),
            "hidden space 1 must have one multiplicity for each of the 3 blocks, not 2",
        ),
        (
            lambda: EquivariantAutoencoder(COMPONENT, widths=[(1, 0, 1)]),
            r"hidden space 1 must hold block \(4, 3\) at least 1 times, the rank of the component, not 0",
        ),
        (
            lambda: EquivariantAutoencoder(COMPONENT, widths=[(1, 2, 1)]),
            r"one hidden space must hold block \(4, 3\) exactly 1 times, .* the narrowest holds it 2 times",
        ),
        (
            lambda: EquivariantAutoencoder(ROTATION.bounded(0).component((0, 0, 0))),
            "every block is zero: the actions share no irreducible, or all ranks are 0",
        ),
        (lambda: EquivariantLinear(FREE, rank=0), "rank must be a whole number from 1 to 4, not 0"),
        (lambda: EquivariantLinear(FREE, ranks=(1, 1)), "ranks must have one entry for each of the 3 blocks, not 2"),
        (lambda: EquivariantLinear(FREE, ranks=(1, 2, 0)), r"rank 2 must be a whole number from 0 to 1 .* not 2"),
        (lambda: EquivariantLinear(FREE, rank=1, ranks=(1, 0, 0)), r"give rank or ranks, not both: rank=1, ranks="),
        (lambda: EquivariantLinear(4), "domain must be an Action, not int"),
        (
            lambda: EquivariantLinear(ev.actions.image_shift((2, 2)), FREE),
            "domain and codomain must have the same generators in the same order: the domain has 2, the codomain has 1",
        ),
        (lambda: InvariantAutoencoder(FREE, rank=2, outputs=3), r"rank 1 must be a whole number from 0 to 1"),
        (lambda: EquivariantMLP(FREE, FREE, [8]), "hidden space 1 must be an Action, such as 8 . domain"),
    ],
)
def test_constructors(build, message):
    with pytest.raises(ev.InputError, match=message):
        build()


def test_wrong_feature_size():
    with pytest.raises(ev.InputError, match=r"the input must have 4 features \(the degree of the domain\), not 5"):
        EquivariantLinear(FREE)(torch.zeros(2, 5))


def test_solutions_of_other_actions_or_larger_ranks():
    model = EquivariantAutoencoder(COMPONENT)
    other = ev.EquivariantMaps(FREE).bounded(2).nearest(torch.eye(4).numpy())
    with pytest.raises(ev.InputError, match="the solution must belong to the actions of this network"):
        model.load_solution(other)
    larger = ROTATION.bounded(9).nearest(torch.eye(9).numpy())
    with pytest.raises(ev.InputError, match=r"the ranks of the solution must be at most .* not \(3, 2, 2\)"):
        model.load_solution(larger)


def test_networks_without_hidden_space_have_no_features():
    with pytest.raises(ev.InputError, match="a network without hidden space has no features: give it a rank"):
        EquivariantLinear(FREE).encode(torch.zeros(1, 4))


def test_missing_torch_names_the_extra():
    code = "import sys; sys.modules['torch'] = None; import equivariety as ev; ev.nn"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "equivariety.nn needs PyTorch, which is not installed: pip install 'equivariety[torch]'" in result.stderr
