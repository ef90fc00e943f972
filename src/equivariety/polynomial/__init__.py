"""Polynomial networks: layers of linear maps and coordinatewise powers, dense or equivariant."""

from equivariety.polynomial.certificate import Certificate
from equivariety.polynomial.network import PolynomialNet, Subnetwork
from equivariety.polynomial.one_neuron import critical_points_of_one_neuron, isotropic_critical_points_of_one_neuron

__all__ = [
    "Certificate",
    "PolynomialNet",
    "Subnetwork",
    "critical_points_of_one_neuron",
    "isotropic_critical_points_of_one_neuron",
]
