"""Lists of critical points: how many there are, and whether that is all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from equivariety.convolution.entries import ComplexArray
from equivariety.tolerances import REFINED


class _Point(Protocol):
    @property
    def is_minimum(self) -> bool: ...
    @property
    def correction(self) -> float: ...


PointType = TypeVar("PointType", bound=_Point)


@dataclass(frozen=True, eq=False)
class PointList(Generic[PointType]):
    """The real critical points by loss, the zero one, and what all complex ones are mapped to, one per row."""

    real: tuple[PointType, ...]
    zero: PointType | None
    complex_images: ComplexArray
    expected_count: int
    singular_paths: int
    failed_paths: int

    @property
    def complex_count(self) -> int:
        """Number of complex critical parameters found, up to scaling, with nonzero image."""
        return len(self.complex_images)

    @property
    def complete(self) -> bool:
        """Whether all isolated regular critical points are certain to be listed: no path was lost on the way."""
        return self.failed_paths == 0

    @property
    def generic(self) -> bool:
        """Whether the count is that of generic data."""
        return self.complex_count == self.expected_count

    @property
    def minima(self) -> tuple[PointType, ...]:
        """The local minima among the nonzero points, lowest loss first."""
        return tuple(point for point in self.real if point.is_minimum)

    @property
    def note(self) -> str:
        """A remark on the count where data are special; empty for generic data."""
        if self.failed_paths:
            return f"{self.failed_paths} of {self.expected_count} paths were lost: critical points may be missing"
        if self.singular_paths:
            return (
                f"the data are not generic: {self.singular_paths} of {self.expected_count} paths end at infinity or in "
                "singular points, so critical points that are not isolated and regular are not listed"
            )
        coarse = max((point.correction for point in self.real), default=0.0)
        if coarse > REFINED:
            return f"X^T X is ill-conditioned: real points are refined to {coarse:.0e} only"
        return ""
