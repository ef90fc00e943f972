"""What the data say: likelihoods, noise, the choice of ranks and of the symmetry, how sure one can be."""
