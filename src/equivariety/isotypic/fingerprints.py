"""What a basis is identified by in files."""

from __future__ import annotations

import hashlib

from equivariety.actions import PermutationAction

# To be raised whenever a change of the library gives some action another basis: signs, order or phases.
BASIS_CONVENTION = 2


def basis_fingerprint(kind: str, *actions: PermutationAction) -> str:
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
        digest.update(repr(action.images.shape).encode())
        digest.update(action.images.astype("<i8").tobytes())
    return digest.hexdigest()
