"""Fingerprints and probes, which identify bases in files."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from equivariety.actions import Action
from equivariety.isotypic.coordinates import places
from equivariety.isotypic.decomposition import ChangeOfBasis
from equivariety.tolerances import membership_cutoff

# To be raised whenever a change of the library gives some action another basis: signs, order or phases.
BASIS_CONVENTION = 3


def basis_fingerprint(kind: str, *actions: Action) -> str:
    """A digest of everything that determines the bases of some actions: the actions, the kind of maps, the convention.

    Examples
    --------
    >>> import equivariety as ev
    >>> shift = ev.actions.cyclic(3)
    >>> basis_fingerprint("equivariant", shift, shift) == basis_fingerprint("equivariant", shift, shift**2)
    False
    """
    digest = hashlib.sha256(f"{BASIS_CONVENTION} {kind}".encode())
    for action in actions:
        if action.monomial is None or not action.permutes:
            digest.update(action.fingerprint().encode())
            continue
        images = action.monomial[0]
        digest.update(repr(images.shape).encode())
        digest.update(images.astype("<i8").tobytes())
    return digest.hexdigest()


def basis_probe(*bases: ChangeOfBasis) -> NDArray[np.float64]:
    """Coordinates of a fixed vector in some bases, side by side: what tells two bases of the same actions apart.

    The vector is generic, the same on every machine: no coordinate of it vanishes, whatever the group, so that another
    sign, order or phase of any basis vector shows.

    Examples
    --------
    >>> import equivariety as ev
    >>> basis = ev.EquivariantMaps(ev.actions.cyclic(3)).domain_basis
    >>> basis_probe(basis).round(3)
    array([-0.2  ,  0.252,  0.002])
    """
    return np.concatenate([_coordinates(basis) for basis in bases])


def is_same_probe(stored: NDArray[np.float64], found: NDArray[np.float64]) -> bool:
    """Whether a stored probe belongs to the basis that gives ``found`` today, up to rounding on other machines."""
    if stored.shape != found.shape:
        return False
    return bool(np.linalg.norm(stored - found) <= membership_cutoff(float(np.linalg.norm(found)), found.size))


def _coordinates(basis: ChangeOfBasis) -> NDArray[np.float64]:
    where = places(basis.bundles, basis.multiplicities)
    found = np.empty(sum(place.size for place in where))
    for place, part in zip(where, basis.analyze(generic_vector(basis.degree)[None]), strict=True):
        found[place] = part[0]
    return found


def generic_vector(size: int) -> NDArray[np.float64]:
    """Numbers in (-1/2, 1/2) that follow no rule: digits of a cryptographic digest, exact on every machine."""
    digits = np.frombuffer(hashlib.shake_256(b"equivariety").digest(8 * size), dtype="<u8")
    return digits.astype(np.float64) / 2.0**64 - 0.5
