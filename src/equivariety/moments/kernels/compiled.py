"""The products that a change of basis and its Gram matrices are made of, compiled by Numba.

Libraries of linear algebra are fast for large matrices; the blocks of a symmetric problem are small, and there half of
their time goes to packing. Here a *tile*, a small piece of a product, stays in vector registers while the sum runs,
and reads its factors where they lie. Tiles are written in LLVM's vector types, since compilers do not find this
arrangement themselves; the loops around them are plain Python.

Samples come in groups of ``SAMPLES``. Their coordinates fill *panels*, one for each orbit: shape (samples, lanes), a
row being one vector register. Addresses and steps are in bytes. This module holds all compiled code, because the
cache of compiled functions watches one file.
"""

from __future__ import annotations

import platform
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import intrinsic

if tuple(int(part) for part in numba.__version__.split(".")[:2]) < (0, 62):
    raise ImportError(f"the compiled loops need Numba 0.62 or newer, not {numba.__version__}")

# What Numba compiles for, which may be less than this machine has; its cache tells machines apart by the same text.
_TARGET = "".join(str(part) for part in cpu_target.target_context.codegen().magic_tuple())

VECTOR_BYTES = 64 if "+avx512f" in _TARGET else 32 if "+avx2" in _TARGET else 16
"""Width of a vector register."""

# Vector registers of this machine bound the size of a tile: one for each sum, some for the factors.
_MANY_REGISTERS = VECTOR_BYTES == 64 or platform.machine() in ("aarch64", "arm64")
_ROWS = 8 if _MANY_REGISTERS else 4
_GRAM_ROWS = 4 if _MANY_REGISTERS else 2
_GRAM_COLUMNS = 2

TILE_ROWS = _ROWS

SAMPLES = 40
"""Samples of one group: panels of a few orbits fit a level-1 cache."""

# Samples, a multiple of SAMPLES, whose products are added in the precision of the data.
_SINGLE_SUM = 64 * SAMPLES

ORBIT_STEP = _GRAM_ROWS
"""Numbers of orbits are rounded up to a multiple of this, by panels of zeros."""

_SQUARES = 4
"""Registers in which squares are added up side by side."""

_INT = ir.IntType(64)
_POINTER = ir.PointerType()


def _loop(function: Any) -> Any:
    """Compile a function at its first call, keep the result for later processes, and release the interpreter."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # there is no folder to keep it in
        return njit(nogil=True)(function)


class Orbits(NamedTuple):
    """Where the values of a sample stand, and the basis they are expressed in."""

    starts: Any
    """Bytes from the start of a sample to the first point of each orbit."""
    point_step: int
    """Bytes from one point of an orbit to the next."""
    columns: Any
    """The basis: shape (groups of lanes, points, 2 * lanes) for moments, (points, vectors * lanes) for maps."""


def _multiply_tile(rows: int, vectors: int) -> Any:
    """out[r, v] = sum over k of left[r, k] * right[k, v]: numbers times vectors, (rows x vectors) of them.

    Unless ``anew``, the sums are added to what is there.
    """

    @intrinsic
    def tile(  # type: ignore[no-untyped-def]
        context, like, left, left_row, left_step, right, right_step, steps, out, out_row, out_vector, anew
    ):
        kind = _Vector(like)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            _, left, left_row, left_step, right, right_step, steps, out, out_row, out_vector, anew = arguments
            emit = _Emitter(builder, kind)
            sums = [[emit.zero_sum() for _ in range(vectors)] for _ in range(rows)]
            with cgutils.for_range(builder, steps) as loop:
                at_left = emit.moved(left, loop.index, left_step)
                at_right = emit.moved(right, loop.index, right_step)
                factors = [emit.load(emit.moved(at_right, v, kind.bytes)) for v in range(vectors)]
                for r in range(rows):
                    number = emit.broadcast(emit.moved(at_left, r, left_row))
                    for v in range(vectors):
                        emit.add_product(sums[r][v], number, factors[v])
            for r in range(rows):
                for v in range(vectors):
                    place = emit.moved(emit.moved(out, r, out_row), v, out_vector)
                    with builder.if_then(builder.not_(anew)):
                        emit.add(sums[r][v], place)
                    emit.save(sums[r][v], place)
            return context.get_dummy_value()

        return types.void(like, *[types.intp] * 9, types.boolean), generate

    return tile


def _gram_tile(rows: int, columns: int) -> Any:
    """out[r, c] += sum over samples of (A + iB)_r * conj(A + iB)_c, lane by lane, for panels of two sides."""

    @intrinsic
    def tile(  # type: ignore[no-untyped-def]
        context, like, left, left_imaginary, right, right_imaginary, panel, samples, out, out_row
    ):
        kind = _Vector(like)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            _, left, left_imaginary, right, right_imaginary, panel, samples, out, out_row = arguments
            emit = _Emitter(builder, kind)
            real = [[emit.zero_sum() for _ in range(columns)] for _ in range(rows)]
            imaginary = [[emit.zero_sum() for _ in range(columns)] for _ in range(rows)]
            with cgutils.for_range(builder, samples) as loop:
                at_left, at_right = (emit.moved(side, loop.index, kind.bytes) for side in (left, right))
                places = [emit.moved(at_left, r, panel) for r in range(rows)]
                a = [emit.load(place) for place in places]
                b = [emit.load(builder.add(place, left_imaginary)) for place in places]
                for c in range(columns):
                    place = emit.moved(at_right, c, panel)
                    x, y = emit.load(place), emit.load(builder.add(place, right_imaginary))
                    for r in range(rows):
                        emit.add_product(real[r][c], a[r], x)
                        emit.add_product(real[r][c], b[r], y)
                        emit.add_product(imaginary[r][c], b[r], x)
                        emit.add_product(imaginary[r][c], a[r], y, negative=True)
            for r in range(rows):
                for c in range(columns):
                    place = emit.moved(emit.moved(out, r, out_row), c, 2 * kind.bytes)
                    for total, part in ((real[r][c], 0), (imaginary[r][c], 1)):
                        emit.add(total, emit.moved(place, part, kind.bytes))
                        emit.save(total, emit.moved(place, part, kind.bytes))
            return context.get_dummy_value()

        return types.void(like, *[types.intp] * 8), generate

    return tile


@intrinsic
def _squares(context, like, address, steps, out):  # type: ignore[no-untyped-def]
    """Lane by lane, the sum of the squares of ``steps`` times _SQUARES registers, into one register at ``out``."""
    kind = _Vector(like)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _, address, steps, out = arguments
        emit = _Emitter(builder, kind)
        sums = [emit.zero_sum() for _ in range(_SQUARES)]
        with cgutils.for_range(builder, steps) as loop:
            at = emit.moved(address, loop.index, _SQUARES * kind.bytes)
            for v, total in enumerate(sums):
                values = emit.load(emit.moved(at, v, kind.bytes))
                emit.add_product(total, values, values)
        for total in sums[1:]:
            builder.store(builder.fadd(builder.load(sums[0]), builder.load(total)), sums[0])
        emit.save(sums[0], out)
        return context.get_dummy_value()

    return types.void(like, *[types.intp] * 3), generate


@intrinsic
def _number(context, like, address):  # type: ignore[no-untyped-def]
    """The number at an address."""
    kind = _Vector(like)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[1], _POINTER), typ=kind.element, align=kind.size)

    return like.dtype(like, types.intp), generate


class _Vector:
    """The numbers of an array as LLVM sees them, and how many fill a register."""

    def __init__(self, like: Any) -> None:
        self.size = like.dtype.bitwidth // 8
        self.element = ir.FloatType() if self.size == 4 else ir.DoubleType()
        self.lanes = VECTOR_BYTES // self.size
        self.type = ir.VectorType(self.element, self.lanes)
        self.bytes = VECTOR_BYTES


class _Emitter:
    """Writes the instructions of a tile."""

    def __init__(self, builder: Any, kind: _Vector) -> None:
        self.builder, self.kind = builder, kind

    def moved(self, address: Any, count: Any, step: Any) -> Any:
        """address + count * step."""
        count, step = (_INT(value) if isinstance(value, int) else value for value in (count, step))
        return self.builder.add(address, self.builder.mul(count, step))

    def zero_sum(self) -> Any:
        """A variable that LLVM keeps in a register."""
        zero = ir.Constant(self.kind.type, None)
        return cgutils.alloca_once_value(self.builder, zero)  # type: ignore[no-untyped-call]

    def load(self, address: Any) -> Any:
        return self.builder.load(self.builder.inttoptr(address, _POINTER), typ=self.kind.type, align=self.kind.size)

    def broadcast(self, address: Any) -> Any:
        """One number in all lanes."""
        pointer = self.builder.inttoptr(address, _POINTER)
        number = self.builder.load(pointer, typ=self.kind.element, align=self.kind.size)
        undefined = ir.Constant(self.kind.type, ir.Undefined)
        first = self.builder.insert_element(undefined, number, ir.IntType(32)(0))
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), self.kind.lanes), [0] * self.kind.lanes)
        return self.builder.shuffle_vector(first, undefined, everywhere)

    def add_product(self, total: Any, x: Any, y: Any, negative: bool = False) -> None:
        # "contract" allows a fused multiply-add where the machine has one.
        product = self.builder.fmul(x, y, flags=("contract",))
        combine = self.builder.fsub if negative else self.builder.fadd
        self.builder.store(combine(self.builder.load(total), product, flags=("contract",)), total)

    def add(self, total: Any, address: Any) -> None:
        self.builder.store(self.builder.fadd(self.load(address), self.builder.load(total)), total)

    def save(self, total: Any, address: Any) -> None:
        pointer = self.builder.inttoptr(address, _POINTER)
        self.builder.store(self.builder.load(total), pointer, align=self.kind.size)


_multiply_two = _multiply_tile(_ROWS, 2)
_multiply_one = _multiply_tile(_ROWS, 1)
_gram = _gram_tile(_GRAM_ROWS, _GRAM_COLUMNS)


@_loop
def gathered(X, order, out):  # type: ignore[no-untyped-def]
    """Points in the order of orbits: out[s, q] = X[s, order[q]]."""
    for s in range(X.shape[0]):
        for q in range(order.shape[0]):
            out[s, q] = X[s, order[q]]


@_loop
def _fill_panels(address, sample_step, orbits, group, panels):  # type: ignore[no-untyped-def]
    """Coordinates of one group of samples: panels of shape (2, orbits, samples, lanes), A, then B."""
    panel = panels.shape[2] * VECTOR_BYTES
    points = orbits.columns.shape[1]
    columns = orbits.columns.ctypes.data + group * points * 2 * VECTOR_BYTES
    for s in range(0, SAMPLES, _ROWS):
        for o in range(orbits.starts.shape[0]):
            _multiply_two(panels, address + orbits.starts[o] + s * sample_step, sample_step, orbits.point_step,
                          columns, 2 * VECTOR_BYTES, points,
                          panels.ctypes.data + o * panel + s * VECTOR_BYTES, VECTOR_BYTES,
                          panels.shape[1] * panel, True)  # fmt: skip


@_loop
def _add_grams(left, right, grams, group, lower):  # type: ignore[no-untyped-def]
    """Products of all pairs of orbits into grams of shape (groups, left orbits, right orbits, 2, lanes).

    ``lower`` leaves out the pairs of tiles above the diagonal.
    """
    panel = left.shape[2] * VECTOR_BYTES
    rows, columns = grams.shape[1], grams.shape[2]
    row_bytes = columns * 2 * VECTOR_BYTES
    for i in range(0, rows, _GRAM_ROWS):
        for j in range(0, min(i + _GRAM_ROWS, columns) if lower else columns, _GRAM_COLUMNS):
            _gram(grams, left.ctypes.data + i * panel, left.shape[1] * panel,
                  right.ctypes.data + j * panel, right.shape[1] * panel, panel, SAMPLES,
                  grams.ctypes.data + (group * rows + i) * row_bytes + j * 2 * VECTOR_BYTES, row_bytes)  # fmt: skip


@_loop
def _add_sums(panels, weights, lane, sums):  # type: ignore[no-untyped-def]
    """Weighted sums of the coordinate A in one lane, orbit by orbit."""
    for s in range(SAMPLES):
        for o in range(sums.shape[0]):
            sums[o] += weights[s] * panels[0, o, s, lane]


@_loop
def _settle(recent, total):  # type: ignore[no-untyped-def]
    """Add sums in the precision of the data to those in double precision, and start anew."""
    few, all = recent.reshape(-1), total.reshape(-1)
    for i in range(few.shape[0]):
        all[i] += few[i]
        few[i] = 0


@_loop
def _energy(address, sample_step, points, squares):  # type: ignore[no-untyped-def]
    """Sum of the squares of one group of samples, by no product of those that moments are made of.

    Of every sample in the precision of the data, with one register of room in ``squares``; of all samples in double
    precision. The rows are in the cache, where the moments have just read them.
    """
    taken, energy = _SQUARES * squares.shape[0], 0.0
    steps = points // taken
    for s in range(SAMPLES):
        row = address + s * sample_step
        _squares(squares, row, steps, squares.ctypes.data)  # type: ignore[call-arg]
        for q in range(steps * taken, points):
            value = _number(squares, row + q * squares.itemsize)
            squares[0] += value * value
        for value in squares:
            energy += value
    return energy


@_loop
def add_moments(address, sample_step, points, orbits, weights, trivial, panels, recent, grams, sums):  # type: ignore[no-untyped-def]
    """Gram matrices of len(weights) samples, a multiple of SAMPLES, their own targets; returns their energy."""
    lanes, energy = panels.shape[3], 0.0
    squares = np.empty(lanes, panels.dtype)
    for first in range(0, weights.shape[0], SAMPLES):
        for group in range(grams.shape[0]):
            _fill_panels(address + first * sample_step, sample_step, orbits, group, panels)
            _add_grams(panels, panels, recent, group, True)
            if group == trivial // lanes:
                _add_sums(panels, weights[first:], trivial % lanes, sums)
        energy += _energy(address + first * sample_step, sample_step, points, squares)
        done = first + SAMPLES
        if done % _SINGLE_SUM == 0 or done == weights.shape[0]:
            _settle(recent, grams)
    return energy


@_loop
def add_cross_moments(  # type: ignore[no-untyped-def]
    inputs, input_step, input_points, input_orbits, targets, target_step, target_points, target_orbits, weights,
    trivial, input_panels, target_panels, recent_inner, recent_cross, inner, cross, input_sums, target_sums
):  # fmt: skip
    """Gram matrices of samples, and their products with targets; returns the energies of both."""
    lanes, input_energy, target_energy = input_panels.shape[3], 0.0, 0.0
    squares = np.empty(lanes, input_panels.dtype)
    for first in range(0, weights.shape[0], SAMPLES):
        for group in range(inner.shape[0]):
            _fill_panels(inputs + first * input_step, input_step, input_orbits, group, input_panels)
            _fill_panels(targets + first * target_step, target_step, target_orbits, group, target_panels)
            _add_grams(input_panels, input_panels, recent_inner, group, True)
            _add_grams(target_panels, input_panels, recent_cross, group, False)
            if group == trivial // lanes:
                _add_sums(input_panels, weights[first:], trivial % lanes, input_sums)
                _add_sums(target_panels, weights[first:], trivial % lanes, target_sums)
        input_energy += _energy(inputs + first * input_step, input_step, input_points, squares)
        target_energy += _energy(targets + first * target_step, target_step, target_points, squares)
        done = first + SAMPLES
        if done % _SINGLE_SUM == 0 or done == weights.shape[0]:
            _settle(recent_inner, inner)
            _settle(recent_cross, cross)
    return input_energy, target_energy


@_loop
def _multiply(like, left, left_row, left_step, right, right_step, steps, rows, vectors, out, out_row, anew):  # type: ignore[no-untyped-def]
    """A product of ``rows`` rows, a multiple of tiles, with a matrix whose rows are whole registers."""
    for s in range(0, rows, _ROWS):
        for v in range(0, vectors - 1, 2):
            _multiply_two(like, left + s * left_row, left_row, left_step, right + v * VECTOR_BYTES, right_step, steps,
                          out + s * out_row + v * VECTOR_BYTES, out_row, VECTOR_BYTES, anew)  # fmt: skip
        if vectors % 2:
            v = vectors - 1
            _multiply_one(like, left + s * left_row, left_row, left_step, right + v * VECTOR_BYTES, right_step, steps,
                          out + s * out_row + v * VECTOR_BYTES, out_row, VECTOR_BYTES, anew)  # fmt: skip


@_loop
def fill_matrices(weights, table, matrices):  # type: ignore[no-untyped-def]
    """Entries that are weights: of w weights number k means +w[k], number w + k means -w[k], number 2 w means zero."""
    count = weights.shape[0]
    signed = np.zeros(2 * count + 1, weights.dtype)
    signed[:count] = weights
    signed[count : 2 * count] = -weights
    for i in range(table.shape[0]):
        matrices[i] = signed[table[i]]


@_loop
def collect_weights(matrices, table, weights):  # type: ignore[no-untyped-def]
    """The adjoint of :func:`fill_matrices`, added to what is there."""
    count = weights.shape[0]
    signed = np.zeros(2 * count + 1, weights.dtype)
    for i in range(table.shape[0]):
        signed[table[i]] += matrices[i]
    for k in range(count):
        weights[k] += signed[k] - signed[count + k]


@intrinsic
def _copy(context, target, source, size):  # type: ignore[no-untyped-def]
    """Bytes from one address to another."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, source, size = arguments
        places = [builder.inttoptr(place, ir.IntType(8).as_pointer()) for place in (target, source)]
        cgutils.raw_memcpy(builder, places[0], places[1], size, 1)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp), generate


@_loop
def _take_rows(X, first, order, signs, work, start):  # type: ignore[no-untyped-def]
    """Rows from ``first`` on into columns of the workspace, orbit by orbit; zeros where there are no more."""
    present = min(SAMPLES, X.shape[0] - first)
    for s in range(present):
        row, values = work[s, start : start + X.shape[1]], X[first + s]
        if order.shape[0] == 0:
            _copy(row.ctypes.data, values.ctypes.data, values.shape[0] * values.itemsize)  # type: ignore[call-arg]
        else:
            for q in range(order.shape[0]):
                row[q] = values[order[q]]
        for q in range(signs.shape[0]):
            row[q] *= signs[q]
    work[present:SAMPLES, start : start + X.shape[1]] = 0


@_loop
def _give_rows(work, start, order, signs, out, first):  # type: ignore[no-untyped-def]
    """The inverse of :func:`_take_rows`."""
    for s in range(min(SAMPLES, out.shape[0] - first)):
        row, values = work[s, start : start + out.shape[1]], out[first + s]
        for q in range(signs.shape[0]):
            row[q] *= signs[q]
        if order.shape[0] == 0:
            _copy(values.ctypes.data, row.ctypes.data, values.shape[0] * values.itemsize)  # type: ignore[call-arg]
        else:
            for q in range(order.shape[0]):
                values[order[q]] = row[q]


@_loop
def perform(steps, bases, taken, given, work):  # type: ignore[no-untyped-def]
    """Run a program of small products for all rows, a group of samples at a time.

    ``steps``, shape (products, 14), says for each product where its factors and its result stand: numbers of entries
    of ``bases`` (addresses) and bytes from there, and how many there are, 0 for the samples of the group. ``taken`` and
    ``given`` are what is read into columns of the workspace ``work`` before, and written from it afterwards, group by
    group: (rows, order, signs, first column).
    """
    rows = taken[0][0].shape[0]
    for first in range(0, rows, SAMPLES):
        samples = -(-min(SAMPLES, rows - first) // _ROWS) * _ROWS
        for X, order, signs, start in taken:
            _take_rows(X, first, order, signs, work, start)
        for i in range(steps.shape[0]):
            p = steps[i]
            _multiply(work, bases[p[0]] + p[1], p[2], p[3], bases[p[4]] + p[5], p[6], p[7] or samples,
                      p[8] or samples, p[9], bases[p[10]] + p[11], p[12], p[13] != 0)  # fmt: skip
        for out, order, signs, start in given:
            _give_rows(work, start, order, signs, out, first)
