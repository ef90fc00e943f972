"""Groups with an abelian normal subgroup, judged by the numerical splitting, by laws, and by published counts."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import equivariety as ev
from equivariety.errors import InputError
from equivariety.isotypic import decompose, decomposition
from equivariety.isotypic.induced_split import InducedSplit
from equivariety.isotypic.pair_orbits import count_pair_orbits
from referees import pair_orbits, reference_actions

CYCLES = ev.PermutationAction.from_cycles
QUARTER = [[0.0, -1.0], [1.0, 0.0]]
MIRROR = [[1.0, 0.0], [0.0, -1.0]]
ONE = np.eye(2)


def torus_vectors(size, group="dihedral"):
    turns = [ONE, ONE, QUARTER] + [MIRROR] * (group == "dihedral")
    return ev.actions.image_torus(size, group).on_vectors(turns)


def hexagonal_torus(size, turns):
    """Z[omega] / size: two shifts and multiplications by powers of -omega^2, and a reflection for p6m."""
    place = {(a, b): a * size + b for a in range(size) for b in range(size)}

    def images(move):
        return [place[tuple(np.mod(move(a, b), size).tolist())] for a in range(size) for b in range(size)]

    moves = {
        "p3": [lambda a, b: (-b, a - b)],
        "p6m": [lambda a, b: (a - b, a), lambda a, b: (b, a)],
    }[turns]
    return ev.PermutationAction([images(m) for m in [lambda a, b: (a + 1, b), lambda a, b: (a, b + 1), *moves]])


def honeycomb(size):
    """Vertices (a, b, s) of a periodic honeycomb: shifts, a half turn that exchanges the sublattices, a third turn."""
    points = [(a, b, s) for a in range(size) for b in range(size) for s in (0, 1)]
    place = {point: number for number, point in enumerate(points)}

    def images(move):
        return [place[(move(*p)[0] % size, move(*p)[1] % size, move(*p)[2])] for p in points]

    return ev.PermutationAction(
        [
            images(lambda a, b, s: (a + 1, b, s)),
            images(lambda a, b, s: (a, b + 1, s)),
            images(lambda a, b, s: (-a, -b, 1 - s)),
            images(lambda a, b, s: (-b - s, a - b, s)),
        ]
    )


# pi flux through every plaquette: hopping signs that commute with magnetic translations only.
def flux(size):
    grid = ev.actions.image_shift((size, size))
    columns = np.tile(np.arange(size), size)
    return grid.with_signs(np.stack([(-1) ** columns, np.ones(size * size, dtype=int)]))


RING = ev.actions.dihedral(6)
CASES = {
    "p4m, odd": (ev.actions.image_torus(5), None),
    "p4m, even": (ev.actions.image_torus(6), None),
    "p4": (ev.actions.image_torus(6, "rotation"), None),
    "p3: complex": (hexagonal_torus(4, "p3"), None),
    "p6m": (hexagonal_torus(6, "p6m"), None),
    "honeycomb": (honeycomb(4), None),
    "honeycomb to torus": (honeycomb(3), 2 * honeycomb(3)),
    "vectors under p4m": (torus_vectors(4), None),
    "vectors to scalars": (torus_vectors(5), ev.actions.image_torus(5)),
    "scalars beside vectors": (torus_vectors(3) + ev.actions.image_torus(3), 2 * ev.actions.image_torus(3)),
    "rings": (2 * RING + RING**2, 3 * RING),
    "ring to corners of another": (ev.actions.dihedral(12), RING + ev.actions.dihedral(4)),
    "twisted ring": (RING.with_signs([[1, 1, 1, 1, 1, -1], [1, -1, -1, -1, -1, -1]]), None),
    "wreath product": (ev.actions.wreath_product(ev.actions.cyclic(5), ev.actions.symmetric(3)), None),
    "wreath product, two orbits": (
        ev.actions.wreath_product(ev.actions.cyclic(4), CYCLES("(1 2 3)(4 5)")), None,
    ),
    "Frobenius group of order 21": (CYCLES("(1 2 3 4 5 6 7); (2 3 5)(4 7 6)"), None),
    "pi flux": (flux(4), None),
}  # fmt: skip


def split_at(limit, domain, codomain, monkeypatch):
    monkeypatch.setattr(decomposition, "LARGEST_NUMERICAL_ORBIT", limit)
    return decompose(domain, codomain)


def by_fourier(domain, codomain, monkeypatch):
    return split_at(0, domain, codomain, monkeypatch)


def numerically(domain, codomain, monkeypatch):
    return split_at(10**9, domain, codomain, monkeypatch)


def is_induced(found):
    return any(isinstance(piece.split, InducedSplit) for piece in found.domain.pieces)


def blocks(found):
    return Counter(
        (bundle.dimension, bundle.field.name, cols, rows)
        for bundle, cols, rows in zip(
            found.bundles, found.domain.multiplicities, found.codomain.multiplicities, strict=True
        )
        for _ in bundle.members
    )


def maps_over(found, domain, codomain):
    maps = ev.EquivariantMaps(domain, codomain)
    maps.__dict__["decomposition"] = found
    return maps


def assert_laws(found, domain, codomain):
    """Q orthogonal, generators block diagonal and equal on equal irreducibles, projections equivariant."""
    for basis, action in ((found.domain, domain), (found.codomain, codomain or domain)):
        Q, table = basis.matrix(), basis.coordinates
        np.testing.assert_allclose(Q.T @ Q, np.eye(action.degree), atol=1e-12)
        apart = (table.irreducible[:, None] != table.irreducible) | (table.number[:, None] != table.number)
        x = np.random.default_rng(0).standard_normal((3, action.degree))
        np.testing.assert_allclose(basis.synthesize(basis.analyze(x)), x, atol=1e-12)
        for g in range(action.number_of_generators):
            np.testing.assert_allclose((Q.T @ action.matrix(g).toarray() @ Q)[apart], 0, atol=1e-12)
    maps = maps_over(found, domain, codomain)
    M = maps.project(np.random.default_rng(0).standard_normal(maps.shape))
    assert float(ev.equivariance_error(M, domain, codomain)) < 1e-12
    np.testing.assert_allclose(maps.project(M), M, atol=1e-12)
    dimension = sum(block.dimension for block in maps.blocks)
    assert dimension == ev.EquivariantMaps(domain, codomain).dimension


@pytest.mark.parametrize("name", CASES)
def test_the_numerical_splitting_finds_the_same_blocks(name, monkeypatch):
    domain, codomain = CASES[name]
    found = by_fourier(domain, codomain, monkeypatch)
    assert is_induced(found)
    assert blocks(found) == blocks(numerically(domain, codomain, monkeypatch))
    assert_laws(found, domain, codomain)


@pytest.mark.parametrize("case", reference_actions(), ids=lambda case: case["name"])
def test_blocks_agree_with_the_reference(case, monkeypatch):
    codomain = ev.PermutationAction(case["codomain_generators"]) if case["codomain_generators"] else None
    found = by_fourier(ev.PermutationAction(case["generators"]), codomain, monkeypatch)
    assert blocks(found) == Counter((b["n_i"], b["type"], b["cols"], b["rows"]) for b in case["blocks"])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8), st.integers(2, 8))
def test_random_signs_on_rings(seed, first, second):
    """Orbits split and twisted, of different sizes, beside unsigned ones."""
    random = np.random.default_rng(seed)
    rings = [ev.actions.dihedral(size) for size in (first, second)]
    signed = [ring.with_signs(random.choice([1, -1], size=(2, ring.degree))) for ring in rings]
    domain, codomain = signed[0] + rings[1], signed[1] + rings[0]
    with pytest.MonkeyPatch.context() as patch:
        found = by_fourier(domain, codomain, patch)
        assert blocks(found) == blocks(numerically(domain, codomain, patch))
    assert_laws(found, domain, codomain)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9).flatmap(lambda n: st.lists(st.permutations(range(n)), min_size=2, max_size=3)))
def test_random_groups_whatever_they_are(generators):
    action = ev.PermutationAction(generators)
    with pytest.MonkeyPatch.context() as patch:
        found = by_fourier(action, None, patch)
    dimension = sum(
        bundle.field.beta * bundle.size * many**2
        for bundle, many in zip(found.bundles, found.domain.multiplicities, strict=True)
    )
    assert dimension == pair_orbits(action.images, action.images).max() + 1
    assert_laws(found, action, None)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([3, 4, 5, 7, 8, 9, 11, 13, 15, 16]), st.booleans())
def test_metacyclic_groups(seed, modulus, regular):
    """x -> x + 1 and x -> u x modulo m: real, complex and quaternionic types, faithful or not."""
    random = np.random.default_rng(seed)
    unit = int(random.choice([u for u in range(1, modulus) if np.gcd(u, modulus) == 1]))
    shift, times = (np.arange(modulus) + 1) % modulus, np.arange(modulus) * unit % modulus
    action = ev.PermutationAction([shift, times])
    if regular:
        order = next(k for k in range(1, 2 * modulus) if pow(unit, k, modulus) == 1)
        # Pairs (x, j): the generator times also turns a clock of twice its order, so that centers occur.
        clock = np.arange(2 * order)
        action = ev.PermutationAction(
            [
                (shift[:, None] * 2 * order + clock).ravel(),
                (times[:, None] * 2 * order + (clock + 1) % (2 * order)).ravel(),
            ]
        )
    with pytest.MonkeyPatch.context() as patch:
        found = by_fourier(action, None, patch)
        assert blocks(found) == blocks(numerically(action, None, patch))
    assert_laws(found, action, None)


def dicyclic(n):
    """The generalized quaternion group of order 4 n on itself: <a, b | a^2n, b^2 = a^n, b a b^-1 = a^-1>."""
    elements = [(i, j) for j in (0, 1) for i in range(2 * n)]
    number = {element: place for place, element in enumerate(elements)}

    def product(x, y):
        (i, j), (k, l) = x, y
        power = i + (-k if j else k) + (n if j and l else 0)
        return power % (2 * n), (j + l) % 2

    return ev.actions.regular([[number[product(x, y)] for y in elements] for x in elements], [1, 2 * n])


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_dicyclic_groups_have_quaternionic_blocks(n, monkeypatch):
    # Of the n - 1 two-dimensional characters those of odd frequency are quaternionic: floor(n / 2) of them.
    found = by_fourier(dicyclic(n), None, monkeypatch)
    assert is_induced(found)
    fields = Counter(b.field.name for b in found.bundles for _ in b.members)
    assert fields["H"] == n // 2
    assert_laws(found, dicyclic(n), None)


def periodic_counts(size):
    return (size + 2) * (size + 4) // 8 if size % 2 == 0 else (size + 1) * (size + 3) // 8


@pytest.mark.parametrize("size", [3, 4, 12, 13, 28, 64])
def test_symmetric_frequencies_of_a_periodic_image(size):
    """p4m: a block for every orbit of the eight symmetries of the square on pairs of frequencies (Burnside)."""
    maps = ev.EquivariantMaps(ev.actions.image_torus(size))
    assert len(maps.blocks) == periodic_counts(size) == maps.dimension
    assert sum(block.irrep_dim for block in maps.blocks) == size**2
    assert {(block.field, block.rows, block.cols) for block in maps.blocks} == {("R", 1, 1)}


@pytest.mark.parametrize("size", [12, 13, 15])
def test_complex_blocks_of_the_group_p3(size):
    blocks_ = ev.EquivariantMaps(hexagonal_torus(size, "p3")).blocks
    fixed = 3 if size % 3 == 0 else 1
    orbits, real = (size**2 - fixed) // 3 + fixed, 2 if size % 2 == 0 else 1
    assert Counter(b.field for b in blocks_) == Counter({"R": real, "C": (orbits - real) // 2})


def test_a_million_points():
    action = ev.actions.image_torus(1000)
    found = decompose(action)
    assert len(found.irreducibles) == periodic_counts(1000) == 125_751
    x = np.random.default_rng(0).standard_normal((1, 10**6))
    parts = found.domain.analyze(x)
    np.testing.assert_allclose(found.domain.synthesize(parts), x, atol=1e-12)
    assert sum(float((part**2).sum()) for part in parts) == pytest.approx(float((x**2).sum()))


@pytest.mark.parametrize("corners", [1000, 1001])
def test_a_large_polygon(corners):
    maps = ev.EquivariantMaps(ev.actions.dihedral(corners))
    assert [b.irrep_dim for b in maps.blocks].count(2) == (corners - 1) // 2
    assert len(maps.blocks) == corners // 2 + 1
    assert maps.blocks[0].label == "trivial"
    assert len({b.label for b in maps.blocks}) == len(maps.blocks)


def test_the_basis_of_a_periodic_image_is_the_real_fourier_transform():
    action = ev.actions.image_torus(12)
    Q = decompose(action).domain.matrix()
    power = np.abs(np.fft.fft2(Q.T.reshape(-1, 12, 12), norm="ortho")) ** 2
    # Every column is a cosine or a sine of one frequency, at phase zero in pixel 0.
    assert ((power > 1e-20).sum(axis=(1, 2)) <= 2).all()
    spectrum = np.fft.fft2(Q.T.reshape(-1, 12, 12))
    assert (np.minimum(np.abs(spectrum.real), np.abs(spectrum.imag)) < 1e-12).all()


@pytest.mark.parametrize(
    "name", ["p4m, even", "p3: complex", "honeycomb", "vectors under p4m", "rings", "twisted ring"]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fits_agree_with_the_numerical_splitting(name, dtype, monkeypatch):
    domain, codomain = CASES[name]
    random = np.random.default_rng(0)
    X = random.standard_normal((60, domain.degree)).astype(dtype)
    Y = X if codomain is None else random.standard_normal((60, codomain.degree)).astype(dtype)
    one, two = (
        maps_over(split(domain, codomain, monkeypatch), domain, codomain) for split in (by_fourier, numerically)
    )
    for rank in (1, 5, min(one.shape)):
        solutions = [maps.bounded(rank).fit(X, Y) for maps in (one, two)]
        tolerance = 1e-5 if dtype == np.float32 else 1e-11
        assert solutions[0].loss == pytest.approx(solutions[1].loss, rel=tolerance)
        np.testing.assert_allclose(solutions[0].matrix(), solutions[1].matrix(), atol=20 * tolerance)


@pytest.mark.parametrize("action", [ev.actions.image_torus(12), torus_vectors(9), ev.actions.dihedral(150)], ids=repr)
def test_layers_estimators_and_files(action, tmp_path):
    random = np.random.default_rng(0)
    X = random.standard_normal((40, action.degree)) @ np.diag(random.uniform(0.1, 2, action.degree))
    layer = ev.nn.EquivariantLinear(action, dtype=torch.float64)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()
    assert float(ev.equivariance_error(layer, action)) < 1e-12
    layer(torch.as_tensor(X)).square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in layer.parameters() if p.grad is not None)
    solution = ev.EquivariantMaps(action).bounded(20).fit(X)
    model = ev.nn.EquivariantAutoencoder.from_solution(solution, dtype=torch.float64)
    np.testing.assert_allclose(model(torch.as_tensor(X)).detach().numpy(), X @ solution.matrix().T, atol=1e-10)
    pca = ev.EquivariantPCA(action, n_components=20).fit(X)
    moved = action.apply(X, action.number_of_generators - 1)
    np.testing.assert_allclose(
        pca.inverse_transform(pca.transform(moved)),
        action.apply(pca.inverse_transform(pca.transform(X)), action.number_of_generators - 1),
        atol=1e-10,
    )
    ev.save_model(tmp_path / "model.safetensors", solution)
    np.testing.assert_array_equal(ev.load_model(tmp_path / "model.safetensors").matrix(), solution.matrix())


def test_the_basis_is_the_same_every_time_and_for_torch(monkeypatch):
    action = torus_vectors(9)
    one, two = decompose(action).domain, decompose(action).domain
    np.testing.assert_array_equal(one.matrix(), two.matrix())
    X = np.random.default_rng(0).standard_normal((3, action.degree))
    for part, other in zip(one.analyze(X), one.analyze(torch.as_tensor(X)), strict=True):
        np.testing.assert_allclose(part, other.numpy(), atol=1e-12)
    single = one.analyze(X.astype(np.float32))
    assert {part.dtype for part in single} == {np.dtype(np.float32)}


def test_selected_blocks_are_those_of_the_whole():
    basis = decompose(ev.actions.image_torus(12)).domain
    X = np.random.default_rng(0).standard_normal((3, 144))
    rows = [np.arange(0, bundle.size, 2) for bundle in basis.bundles]
    half = basis.select([(number, chosen) for number, chosen in enumerate(rows)][1:])
    for part, whole, chosen in zip(half.analyze(X), basis.analyze(X)[1:], rows[1:], strict=True):
        np.testing.assert_allclose(part, whole[:, chosen], atol=1e-13)
    values = half.synthesize(half.analyze(X))
    for part, again in zip(half.analyze(X), half.analyze(values), strict=True):
        np.testing.assert_allclose(part, again, atol=1e-12)


def test_large_groups_without_abelian_normal_subgroup_are_split_numerically():
    found = decompose(ev.actions.symmetric(6) ** 3)
    assert not is_induced(found)
    assert is_induced(decompose(ev.actions.dihedral(200)))


def test_the_group_of_shifts_and_symmetries_is_that_of_pairs():
    torus = ev.actions.image_torus(8)
    assert torus == ev.actions.generated_by(ev.actions.image_shift((8, 8)), ev.actions.image_dihedral(8))
    assert count_pair_orbits(torus.images, torus.images) == periodic_counts(8)


@pytest.mark.parametrize(
    ("copies", "points", "expected"),
    [(3, 5, {("R", 1): 1, ("R", 2): 1, ("C", 6): 2}), (4, 4, {("R", 1): 1, ("R", 3): 1, ("R", 4): 1, ("C", 8): 1})],
)
def test_blocks_of_wreath_products(copies, points, expected):
    """Z_m wr S_k on m k points: (1), (k - 1), floor((m - 1) / 2) complex ones of 2 k and one real of k if m is even."""
    action = ev.actions.wreath_product(ev.actions.cyclic(points), ev.actions.symmetric(copies))
    found = Counter((b.field, b.irrep_dim) for b in ev.EquivariantMaps(action).blocks)
    assert found == expected


def test_generated_groups_need_one_space():
    with pytest.raises(InputError, match="actions must have one degree: the first has 3, number 2 has 4"):
        ev.actions.generated_by(ev.actions.cyclic(3), ev.actions.cyclic(4))
    with pytest.raises(InputError, match=r"actions must be actions, not 3 \(number 2\)"):
        ev.actions.generated_by(ev.actions.cyclic(3), 3)
    turn = [[0.6, 0.8], [-0.8, 0.6]]
    neighbors, interleaved = ev.OrthogonalAction([turn]), ev.OrthogonalAction([np.kron(turn, np.eye(2))])
    with pytest.raises(InputError, match="keep the same coordinates together"):
        ev.actions.generated_by(neighbors + neighbors, interleaved)
    with pytest.raises(InputError, match="group must be one of 'dihedral', 'rotation', not 'cubic'"):
        ev.actions.image_torus(3, "cubic")


def test_generated_groups_of_other_kinds():
    flip = ev.SignedPermutationAction([0, 1, 2], [-1, -1, -1])
    both = ev.actions.generated_by(ev.actions.cyclic(3), flip)
    assert both.cycles() == "(1 2 3); (-1)(-2)(-3)"
    turn = ev.OrthogonalAction([[[0.6, 0.8], [-0.8, 0.6]]])
    assert ev.actions.generated_by(turn, turn).number_of_generators == 2


@pytest.mark.parametrize("name", CASES)
def test_characters_are_traces_on_the_first_occurrence(name, monkeypatch):
    domain, codomain = CASES[name]
    found = by_fourier(domain, codomain, monkeypatch)
    Q, table = found.domain.matrix(), found.domain.coordinates
    for number, irreducible in enumerate(found.irreducibles):
        basis = Q[:, (table.irreducible == number) & (table.number == 0)]
        if basis.size:
            traces = [np.trace(basis.T @ domain.matrix(g) @ basis) for g in range(domain.number_of_generators)]
            np.testing.assert_allclose(irreducible.character, traces, atol=1e-9)
    labels = [irreducible.label for irreducible in found.irreducibles]
    assert len(set(labels)) == len(labels)
