"""From a symmetric matrix to the eigenvalues of its blocks after averaging over the group."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from equivariety.blocks.linear_algebra import eigen
from equivariety.statistics.spectra import CovarianceSpectrum
from equivariety.varieties.maps import EquivariantMaps


def matrix_spectra(maps: EquivariantMaps, S: NDArray[np.float64], samples: float = 1.0) -> list[CovarianceSpectrum]:
    """The blocks of the symmetric matrix S averaged over the group of ``maps``.

    Examples
    --------
    >>> import equivariety as ev
    >>> maps = ev.EquivariantMaps(ev.actions.cyclic(3))
    >>> [part.eigenvalues.round(9).tolist() for part in matrix_spectra(maps, np.diag([1.0, 2.0, 6.0]))]
    [[[3.0]], [[3.0]]]
    """
    blocks = maps.coordinates(S)
    return [
        CovarianceSpectrum(bundle.dimension, bundle.field.beta, _eigenvalues(block, bundle.field),
                           np.full(bundle.size, samples))
        for bundle, block in zip(maps.bundles, blocks, strict=True)
    ]  # fmt: skip


def relabelled_spectra(
    maps: EquivariantMaps, S: NDArray[np.float64], orders: NDArray[np.intp]
) -> list[list[CovarianceSpectrum]]:
    """For each relabelling of the variables the blocks of S: point t of ``maps`` is variable ``orders[c, t]``."""
    stack = S[orders[:, :, None], orders[:, None, :]]
    parts = maps.domain_basis.analyze(np.eye(maps.domain.degree))
    bundles = []
    for bundle, basis in zip(maps.bundles, parts, strict=True):
        n, members, copies, multiplicity, beta = basis.shape
        columns = basis.reshape(n, members, copies, multiplicity * beta)
        real = np.einsum("ibcp,zij,jbcq->zbpq", columns, stack, columns, optimize=True) / (copies * beta)
        gram = bundle.field.contract(real)
        bundles.append(_eigenvalues(gram.reshape(-1, *gram.shape[2:]), bundle.field).reshape(*gram.shape[:2], -1))
    return [
        [
            CovarianceSpectrum(bundle.dimension, bundle.field.beta, values[case], np.ones(bundle.size))
            for bundle, values in zip(maps.bundles, bundles, strict=True)
        ]
        for case in range(len(orders))
    ]


def _eigenvalues(components: NDArray[np.float64], field: Any) -> NDArray[np.float64]:
    return np.maximum(eigen(field.pack(components), field)[0], 0.0)
