"""Equations of varieties: ideals in the coordinates of the blocks, polynomials, programs for other systems."""
