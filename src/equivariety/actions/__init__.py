"""Actions of groups: permutations, signs and orthogonal matrices, cycle notation and the catalogue."""

from equivariety.actions.action import Action
from equivariety.actions.cells import oriented_cells
from equivariety.actions.channels import channels
from equivariety.actions.fields import field, image_field, volume_field
from equivariety.actions.graphs import graph_automorphisms
from equivariety.actions.grids import (
    image_dihedral,
    image_reflection,
    image_rotation,
    image_shift,
    image_torus,
    row_permutations,
    volume_rotations,
    volume_shift,
    volume_symmetries,
)
from equivariety.actions.labels import from_labels
from equivariety.actions.molecules import molecule
from equivariety.actions.named import alternating, cyclic, dihedral, symmetric, trivial
from equivariety.actions.notation import format_cycles, parse_cycles
from equivariety.actions.orthogonal import OrthogonalAction
from equivariety.actions.parse import parse_action
from equivariety.actions.partitions import cycle_partition, finest_common_coarsening
from equivariety.actions.permutation import PermutationAction
from equivariety.actions.products import direct_product, generated_by, regular, wreath_product
from equivariety.actions.robots import joint_mirror
from equivariety.actions.signed import SignedPermutationAction

__all__ = [
    "Action",
    "OrthogonalAction",
    "PermutationAction",
    "SignedPermutationAction",
    "alternating",
    "channels",
    "cycle_partition",
    "cyclic",
    "dihedral",
    "direct_product",
    "field",
    "finest_common_coarsening",
    "format_cycles",
    "from_labels",
    "generated_by",
    "graph_automorphisms",
    "image_dihedral",
    "image_field",
    "image_reflection",
    "image_rotation",
    "image_shift",
    "image_torus",
    "joint_mirror",
    "molecule",
    "oriented_cells",
    "parse_action",
    "parse_cycles",
    "regular",
    "row_permutations",
    "symmetric",
    "trivial",
    "volume_field",
    "volume_rotations",
    "volume_shift",
    "volume_symmetries",
    "wreath_product",
]
