"""Two spaces between which a group's maps act: all that data and equations need to know of equivariant maps."""

from __future__ import annotations

from typing import Protocol

from equivariety.actions import Action
from equivariety.isotypic.decomposition import ChangeOfBasis


class Spaces(Protocol):
    """Where inputs and targets live; equivariant maps say it of their two sides."""

    @property
    def domain(self) -> Action:
        """The action on inputs."""

    @property
    def codomain(self) -> Action:
        """The action on targets."""

    @property
    def domain_basis(self) -> ChangeOfBasis:
        """The change of basis of inputs, of the irreducibles that occur on both sides."""

    @property
    def codomain_basis(self) -> ChangeOfBasis:
        """The change of basis of targets, of the same irreducibles."""

    @property
    def fingerprint(self) -> str:
        """A digest of everything that determines the two bases."""
