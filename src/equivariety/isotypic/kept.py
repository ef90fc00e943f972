"""Decompositions that are kept: equal actions are split once in a process.

Cross-validation, grid searches, layers and repeated fits ask for the same decomposition again and again, with actions
that are equal but not the same object. What they ask for last is kept here, up to a number of bytes; what is kept is
never changed. Actions do not hold it, so that copies and pickles of actions are as small as they are. (Maps, solutions
and moments do: their numbers mean something in that basis only.)
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from equivariety.actions import Action
from equivariety.isotypic.decomposition import Decomposition, decompose
from equivariety.isotypic.induced_split import InducedSplit
from equivariety.isotypic.splits import DenseSplit

# Bytes of all decompositions that are kept, and how many there may be.
_MOST_BYTES = 2**28
_MOST = 64


@dataclass(eq=False)
class _Entry:
    """A decomposition, once somebody has computed it; others who want it wait for the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: Decomposition | None = None
    bytes: int = 0


class KeptDecompositions:
    """The decompositions that were asked for last."""

    def __init__(self, most_bytes: int = _MOST_BYTES, most: int = _MOST) -> None:
        self._most_bytes, self._most = most_bytes, most
        self.forget()

    def forget(self) -> None:
        """Keep nothing: after this everything is split anew."""
        self._lock = threading.Lock()
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def decomposition(self, domain: Action, codomain: Action | None) -> Decomposition:
        """The decomposition of these actions, computed if it is not kept."""
        key = _key(domain) + (b"" if codomain is None else _key(codomain))
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
        with entry.lock:
            if entry.found is None:
                try:
                    entry.found = decompose(domain, codomain)
                except BaseException:
                    self._drop(key, entry)
                    raise
                entry.bytes = size(entry.found)
            found = entry.found
        self._make_room()
        return found

    def _drop(self, key: bytes, entry: _Entry) -> None:
        with self._lock:
            if self._entries.get(key) is entry:
                del self._entries[key]

    def _make_room(self) -> None:
        """Forget the oldest ones beyond the bounds, even the newest one if it alone is too large."""
        with self._lock:
            total = sum(entry.bytes for entry in self._entries.values())
            while self._entries and (total > self._most_bytes or len(self._entries) > self._most):
                total -= self._entries.popitem(last=False)[1].bytes


_KEPT = KeptDecompositions()
if hasattr(os, "register_at_fork"):  # in the child a thread that held a lock is not there any more
    os.register_at_fork(after_in_child=_KEPT.forget)


def kept_decomposition(domain: Action, codomain: Action | None = None) -> Decomposition:
    """The decomposition of one or two actions; equal actions share one.

    Examples
    --------
    >>> import equivariety as ev
    >>> first, second = ev.actions.cyclic(5), ev.actions.cyclic(5)
    >>> kept_decomposition(first) is kept_decomposition(second)
    True
    """
    return _KEPT.decomposition(domain, codomain)


def size(decomposition: Decomposition) -> int:
    """Bytes of the arrays of a decomposition, its two changes of basis included: the order of magnitude.

    Examples
    --------
    >>> import equivariety as ev
    >>> size(kept_decomposition(ev.actions.cyclic(5))) < 4096
    True
    """
    bases = {id(basis): basis for basis in (decomposition.domain, decomposition.codomain)}.values()
    splits = {id(piece.split): piece.split for basis in bases for piece in basis.pieces}.values()
    # Points are kept three times when they are used: in the pieces, as the order and as its inverse.
    points = sum(24 * basis.degree for basis in bases)
    dense = sum(2 * array.nbytes for split in splits if isinstance(split, DenseSplit) for array in split.bases)
    induced = (split for split in splits if isinstance(split, InducedSplit))
    # Terms are kept for both directions.
    terms = sum(2 * (each.places.nbytes + each.weights.nbytes) for split in induced for each in split.terms)
    return points + dense + terms + 64 * len(decomposition.irreducibles)


def _key(action: Action) -> bytes:
    """A digest of the matrices of all generators, exactly, and of how they are written down."""
    digest = hashlib.sha256(repr((action.number_of_generators, action.degree)).encode())
    if action.monomial is not None and action.permutes:
        digest.update(np.ascontiguousarray(action.monomial[0]).tobytes())
        return digest.digest()
    for part in action.parts:
        digest.update(repr((part.coordinates.shape, part.matrices.shape, part.matrices.dtype)).encode())
        for array in (part.coordinates, part.images, part.matrices):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.digest()
