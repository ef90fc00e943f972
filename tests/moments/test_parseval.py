"""Wrong products end in an error, on every way that data are read, and right ones never do."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from cases import FAMILIES, data
from equivariety.errors import NumericalError
from equivariety.moments import data_moments

MAPS = FAMILIES["repeated orbits"]
SHIFT = ev.EquivariantMaps(ev.actions.image_shift((16, 28), axis=1))


def _spoilt(original, change):
    """A function whose result is changed a little."""

    def function(*arguments, **options):
        return change(original(*arguments, **options))

    return function


def _scaled(result):
    return result * 1.001


def _one_entry(result):
    """Where energies see nothing: one entry off the diagonal."""
    changed = np.array(result)
    if changed.ndim >= 2 and changed.shape[-1] > 1 and changed.shape[-2] > 1:
        changed[..., 0, 1] += 0.05 * np.abs(changed).max()
    return changed


def _sources(X, Y, tmp_path):
    """The same data as they may come."""
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    yield "memory", lambda maps: data_moments(maps, X, Y)
    yield "weights", lambda maps: data_moments(maps, X, Y, np.linspace(0.5, 2, len(X)))
    yield "stream", lambda maps: data_moments(maps, iter([(X[:30], Y[:30]), (X[30:], Y[30:])]))
    yield "single precision", lambda maps: data_moments(maps, X.astype(np.float32), Y.astype(np.float32))
    yield "bytes", lambda maps: data_moments(maps, np.abs(X * 20).astype(np.uint8), np.abs(Y * 20).astype(np.uint8))
    yield "mapped", lambda maps: data_moments(maps, mapped, Y)
    yield "zarr", lambda maps: data_moments(maps, _in_zarr(X, tmp_path), Y)
    yield "hdf5", lambda maps: data_moments(maps, _in_hdf5(X, tmp_path), _in_hdf5(Y, tmp_path))
    yield "dask", lambda maps: data_moments(maps, _in_dask(X), _in_dask(Y))


def _in_zarr(X, tmp_path):
    store = pytest.importorskip("zarr").open(
        tmp_path / "X.zarr", mode="w", shape=X.shape, chunks=(30, 5), dtype=X.dtype
    )
    store[:] = X
    return store


def _in_hdf5(X, tmp_path):
    file = pytest.importorskip("h5py").File(tmp_path / f"{id(X)}.h5", "w")
    return file.create_dataset("X", data=X, chunks=(30, 5))


def _in_dask(X):
    return pytest.importorskip("dask.array").from_array(X, chunks=(30, -1))


SOURCES = ["memory", "weights", "stream", "single precision", "bytes", "mapped", "zarr", "hdf5", "dask"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("change", [_scaled, _one_entry], ids=["scaled", "one entry"])
def test_a_wrong_gram_product_is_noticed(source, change, monkeypatch, tmp_path):
    import equivariety.moments.grams as grams

    X, Y = data(MAPS, samples=80)
    summed = dict(_sources(X, Y, tmp_path))[source]
    summed(MAPS)
    monkeypatch.setattr(grams, "_product", _spoilt(grams._product, change))
    with pytest.raises(NumericalError, match=r"add up to|is seen by the rows|are seen by the rows"):
        summed(MAPS)


@pytest.mark.parametrize("library", ["torch", "strict"])
def test_in_other_array_libraries(library, monkeypatch):
    import equivariety.moments.grams as grams

    xp = pytest.importorskip("torch" if library == "torch" else "array_api_strict")
    X, _ = data(MAPS, samples=80)
    maps = ev.EquivariantMaps(MAPS.domain)
    data_moments(maps, xp.asarray(X))
    monkeypatch.setattr(grams, "_product", _spoilt(grams._product, _scaled))
    with pytest.raises(NumericalError):
        data_moments(maps, xp.asarray(X))


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.uint8])
def test_a_wrong_change_of_basis_is_noticed(kind, monkeypatch):
    from equivariety.isotypic.decomposition import ChangeOfBasis

    X = np.abs(np.random.default_rng(0).standard_normal((60, MAPS.domain.degree)) * 30).astype(kind)
    maps = ev.EquivariantMaps(MAPS.domain)
    data_moments(maps, X)
    original = ChangeOfBasis.panels
    monkeypatch.setattr(ChangeOfBasis, "panels", lambda self, rows: (*original(self, rows)[:-1],
                                                                     1.01 * original(self, rows)[-1]))  # fmt: skip
    with pytest.raises(NumericalError):
        data_moments(maps, X)


@pytest.mark.parametrize("targets", [False, True])
def test_wrong_compiled_sums_are_noticed(targets, monkeypatch):
    pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")
    from equivariety.moments import compiled_sums
    from equivariety.moments.data import way_of
    from equivariety.moments.summation import Sums

    rng = np.random.default_rng(0)
    rows = np.tile(rng.standard_normal((400, 28)), (1, 16))  # all rows of an image alike: entries off the diagonal
    X = (rows + 0.1 * rng.standard_normal((400, 448))).astype(np.float32)
    Y = X[:, ::-1].copy() if targets else None
    monkeypatch.setattr(compiled_sums, "_FEWEST_VALUES", 0)
    if way_of(SHIFT, X, Y).sums is not Sums.COMPILED:
        pytest.skip("compiled loops do not run on this machine")
    data_moments(SHIFT, X, Y)
    cls = compiled_sums.CompiledSums
    original = cls.add

    def wrong(self, total, rows):
        found, energies = original(self, total, rows)
        if found.cross is None:
            found.inner[:, 1, 0] *= 1.5
        else:
            found.cross[...] *= 1.5
        return found, energies

    monkeypatch.setattr(cls, "add", wrong)
    with pytest.raises(NumericalError):
        data_moments(SHIFT, X, Y)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(FAMILIES)),
    st.integers(1, 50),
    st.sampled_from([np.float32, np.float64]),
    st.integers(-60, 60),
    st.sampled_from(["noise", "constant", "one column", "far away"]),
    st.integers(0, 2**32 - 1),
)
def test_right_sums_are_never_doubted(name, samples, kind, exponent, shape, seed):
    maps, rng = FAMILIES[name], np.random.default_rng(seed)
    X = {
        "noise": lambda: rng.standard_normal((samples, maps.domain.degree)),
        "constant": lambda: np.full((samples, maps.domain.degree), 1 / 3),
        "one column": lambda: np.eye(maps.domain.degree)[rng.integers(0, 2, samples)],
        "far away": lambda: rng.standard_normal((samples, maps.domain.degree)) + 1e7,
    }[shape]()
    Y = rng.standard_normal((samples, maps.codomain.degree))
    data_moments(maps, np.ldexp(X, exponent // 4).astype(kind), np.ldexp(Y, -exponent // 4).astype(kind))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize(("side", "rows"), [(3, 41), (11, 130), (28, 40)])
@pytest.mark.parametrize("strided", [False, True])
def test_compiled_loops_take_the_squares_of_all_values(kind, side, rows, strided, monkeypatch):
    """Against exact rational sums, with widths that fill no registers."""
    pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")
    from equivariety.moments import compiled_sums
    from equivariety.moments.samples import Samples

    monkeypatch.setattr(compiled_sums, "_FEWEST_VALUES", 0)
    monkeypatch.setattr(compiled_sums._Side, "pays", True)
    basis = ev.EquivariantMaps(ev.actions.image_shift((side, side), axis=1)).domain_basis
    wide = np.random.default_rng(0).standard_normal((2, rows, side**2 + 5)).astype(kind)
    X, Y = wide[:, :, : side**2] if strided else wide[:, :, : side**2].copy()
    exact = [float(sum(Fraction(float(value)) ** 2 for value in part.ravel())) for part in (X, Y)]
    for samples, expected in ((Samples(X), (exact[0], exact[0])), (Samples(X, Y), tuple(exact))):
        sums = compiled_sums.compiled_sums(samples, basis, basis)
        if sums is None:
            pytest.skip("compiled loops do not run on this machine")
        _, said = sums.add(sums.zero(), samples.rows(slice(0, rows)))
        assert (said.inputs, said.targets) == pytest.approx(expected, rel=4 * float(np.finfo(kind).eps))
        assert said.rows == rows
