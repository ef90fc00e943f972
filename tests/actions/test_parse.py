"""The one-string form of actions."""

from __future__ import annotations

import json

import pytest

from equivariety import actions
from equivariety.actions import PermutationAction, parse_action
from equivariety.errors import InputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(1 3 4)(2 5)", PermutationAction([2, 4, 3, 0, 1])),
        (" (1 2 3); (1 2) ", PermutationAction([[1, 2, 0], [1, 0, 2]])),
        ("shift:4x5", actions.image_shift((4, 5))),
        ("shift:4x5:axis=1", actions.image_shift((4, 5), axis=1)),
        ("shift:4x5:axis=0", actions.image_shift((4, 5), axis=0)),
        ("shift:2x3x4", actions.volume_shift((2, 3, 4))),
        ("shift:2x3x4:axis=2", actions.volume_shift((2, 3, 4), axis=2)),
        ("rotate:4x4", actions.image_rotation(4)),
        ("rotate:3x3x3", actions.volume_rotations(3)),
        ("symmetries:3x3x3", actions.volume_symmetries(3)),
        ("dihedral:4x4", actions.image_dihedral(4)),
        ("dihedral:6", actions.dihedral(6)),
        ("reflect:4x5", actions.image_reflection((4, 5))),
        ("reflect:4x5:axis=0", actions.image_reflection((4, 5), axis=0)),
        ("rows:2x3", actions.row_permutations((2, 3))),
        ("cyclic:12", actions.cyclic(12)),
        ("symmetric:5", actions.symmetric(5)),
        ("alternating:5", actions.alternating(5)),
        ("symmetric:4^2", actions.symmetric(4) ** 2),
        ("symmetric:4/2", actions.symmetric(4).on_subsets(2)),
        ("(1 2 3)^2", actions.cyclic(3) ** 2),
        ("(1 -2)(-12)", actions.parse_action("(1 2)", degree=12).with_signs([1, -1] + 9 * [1] + [-1])),
        ("2*cyclic:3 + cyclic:2", 2 * actions.cyclic(3) + actions.cyclic(2)),
        ("(1 2);(2 3)+symmetric:3^2", PermutationAction([[1, 0, 2], [0, 2, 1]]) + actions.symmetric(3) ** 2),
        ("(134)(25)", PermutationAction([2, 4, 3, 0, 1])),
        ("cyclic:4/2^2", actions.cyclic(4).on_subsets(2) ** 2),
    ],
)
def test_entries(text, expected):
    assert parse_action(text) == expected


def test_degree_of_cycles():
    assert parse_action("(1 2)", degree=4).degree == 4
    with pytest.raises(InputError, match="degree goes with cycles only, not with 'cyclic:4'"):
        parse_action("cyclic:4", degree=5)


@pytest.mark.parametrize("content", [[1, 2, 0], [[1, 2, 0], [1, 0, 2]], {"generators": [[1, 2, 0]]}])
def test_files(tmp_path, content):
    (tmp_path / "action.json").write_text(json.dumps(content))
    generators = content["generators"] if isinstance(content, dict) else content
    assert parse_action(f"@{tmp_path}/action.json") == PermutationAction(generators)
    assert parse_action(f"@{tmp_path}/action.json^2") == PermutationAction(generators) ** 2


def test_a_file_whose_name_ends_like_a_suffix(tmp_path):
    (tmp_path / "2").write_text("[1, 0]")
    assert parse_action(f"@{tmp_path}/2") == actions.cyclic(2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shfit:28x28", "action must be cycles .*, not 'shfit:28x28'; did you mean 'shift'"),
        ("nothing", "catalogue entry such as 'shift:28x28:axis=1'.*, not 'nothing'$"),
        ("", "action must be cycles"),
        ("shift", "action 'shift' needs a size: write 'shift:28x28' or 'shift:3x3x3', with ':axis=1' for one axis"),
        ("rotate:7", "action 'rotate:7' has a size of the wrong form: write 'rotate:28x28' or 'rotate:3x3x3'"),
        ("cyclic:x", "size must be whole numbers joined by 'x', not 'x': write 'cyclic:12'"),
        ("cyclic:0", "size must be whole numbers joined by 'x', not '0'"),
        ("rotate:3x4", "sides must be equal for a rotation, not 3x4"),
        ("shift:3x4:axis=2", "axis must be one of 0, 1, not 2"),
        ("shift:3x4:axes=2", "option 'axes=2' is not known"),
        ("rotate:3x3:axis=1", "option 'axis=1' is not known"),
        ("(1 2", r"cycles must be written like \(1 3 4\)\(2 5\)"),
        ("@/nowhere/action.json", "action file '/nowhere/action.json' cannot be read: No such file"),
        ("symmetric:4/5", "size of the subsets must be from 1 to the degree 4, not 5"),
        (
            "cyclic:99999999999999",
            "'cyclic:99999999999999' has too many points to be held in memory: 99,999,999,999,999, ",
        ),
        ("shift:100000x100000", "has too many points to be held in memory: 10,000,000,000, more than 268,435,456"),
        ("symmetric:1000^9", "has too many points"),
        ("symmetric:60/30", "has too many points"),
        ("symmetric:28/14", "has too many subsets to be held in memory: 40,116,600 of 14 points each, more than"),
        ("cyclic:1^200000", r"exponent of action 'cyclic:1\^200000' must be at most 64, not 200000"),
        ("(1 99999999999)", "has too many points"),
        ("cyclic:2^99999999999", "has too many points"),
        ("rows:5000x5000", "too many points to be held in memory: 25,000,000 for each of 10,000 generators, more than"),
        ("99999999*cyclic:12", "has too many points to be held in memory: 1,199,999,988, more than"),
        ("0*cyclic:12", "the number of copies of an action must be a whole number of at least 1, not 0"),
        ("cyclic:3 + symmetric:3", "both sides of '.' must have the same generators in the same order"),
        ("cyclic:" + "9" * 5000, "numbers in an action must have at most 1000 digits, not 5,000"),
        ("@/dev/zero", "action file '/dev/zero' is no file"),
        ("symmetric:4^0", "exponent of an action must be a whole number of at least 1, not 0"),
    ],
)
def test_errors_say_what_to_write(text, message):
    with pytest.raises(InputError, match=message):
        parse_action(text)


def test_files_that_hold_something_else(tmp_path):
    path = tmp_path / "action.json"
    path.write_text("not json")
    with pytest.raises(InputError, match="is not JSON"):
        parse_action(f"@{path}")
    path.write_text("[" * 100_000)
    with pytest.raises(InputError, match="is nested too deep to be a list of generators"):
        parse_action(f"@{path}")
    path.write_text('{"images": [1, 0]}')
    with pytest.raises(InputError, match="must hold a list of 0-based generators, or an object with the key"):
        parse_action(f"@{path}")
