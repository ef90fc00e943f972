"""What a basis is identified by in files."""

from __future__ import annotations

import hashlib

from equivariety.actions import Action

# To be raised whenever a change of the library gives some action another basis: signs, order or phases.
BASIS_CONVENTION = 2


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
