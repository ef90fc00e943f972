"""Equations of varieties: ideals in the coordinates of the blocks, polynomials, programs for other systems."""

from equivariety.algebra.distance_degree import ed_degree
from equivariety.algebra.expressions import parse_polynomial

__all__ = ["ed_degree", "parse_polynomial"]
