"""Compiled loops for many small products; they need Numba, and everything works without them."""
