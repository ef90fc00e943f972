"""What acts: permutation actions, cycle notation and the catalogue."""

from equivariety.actions.grids import image_reflection, image_rotation, image_shift, volume_shift
from equivariety.actions.named import cyclic, trivial
from equivariety.actions.notation import format_cycles, parse_cycles
from equivariety.actions.permutation import PermutationAction

__all__ = [
    "PermutationAction",
    "cyclic",
    "format_cycles",
    "image_reflection",
    "image_rotation",
    "image_shift",
    "parse_cycles",
    "trivial",
    "volume_shift",
]
