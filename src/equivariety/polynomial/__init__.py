"""Polynomial networks: layers of linear maps and coordinatewise powers, dense or equivariant."""

from equivariety.polynomial.certificate import Certificate
from equivariety.polynomial.network import PolynomialNet, Subnetwork

__all__ = ["Certificate", "PolynomialNet", "Subnetwork"]
