"""zarr, HDF5, Parquet and folders of images give the numbers that were written; damaged ones end in one line."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from PIL import Image

from equivariety.datasets import read_table
from equivariety.datasets.stored_rows import StoredRows
from equivariety.errors import InputError

X = np.random.default_rng(0).normal(size=(30, 12))


def write_zarr(path, arrays):
    zarr = pytest.importorskip("zarr", reason="the extra storage")
    group = zarr.open_group(str(path), mode="w")
    for name, array in arrays.items():
        stored = group.create_array(name, shape=array.shape, dtype=array.dtype, chunks=(7, *array.shape[1:]))
        stored[...] = array


def write_hdf5(path, arrays):
    h5py = pytest.importorskip("h5py", reason="the extra storage")
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file.create_dataset(name, data=array)


def write_parquet(path, array):
    pytest.importorskip("pyarrow", reason="the extra storage")
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({f"x{i}": array[:, i] for i in range(array.shape[1])}), path)


@pytest.mark.parametrize("images", [X, X.reshape(30, 3, 4)], ids=["rows", "images"])
def test_stores_are_read_slice_by_slice(tmp_path, images):
    write_zarr(tmp_path / "x.zarr", {"a": images})
    write_hdf5(tmp_path / "x.h5", {"group/X": images, "labels": np.arange(30)} if images.ndim == 2 else {"a": images})
    for name in ("x.zarr", "x.h5"):
        if name == "x.h5" and images.ndim == 2:
            with pytest.raises(InputError, match="must hold one array, or one called 'X'"):
                read_table(tmp_path / name)
            write_hdf5(tmp_path / name, {"X": images, "labels": np.arange(30)})
        found = read_table(tmp_path / name)
        assert isinstance(found, StoredRows)
        assert (found.shape, found.dtype, len(found)) == ((30, 12), np.float64, 30)
        assert np.array_equal(found[3:17:2], X[3:17:2])
        assert np.array_equal(np.asarray(found), X)


def test_parquet(tmp_path):
    write_parquet(tmp_path / "x.parquet", X)
    assert np.array_equal(read_table(tmp_path / "x.parquet"), X)


def test_images_in_a_folder_in_the_order_of_their_names(tmp_path):
    bytes_ = np.random.default_rng(1).integers(0, 256, size=(11, 5, 4), dtype=np.uint8)
    for number, image in enumerate(bytes_):
        Image.fromarray(image).save(tmp_path / f"{number:03}.png")
    (tmp_path / "notes.txt").write_text("no image")
    assert np.allclose(read_table(tmp_path), bytes_.reshape(11, 20) / 255, atol=1e-7)


def test_colors_become_channels_and_deep_gray_keeps_its_bits(tmp_path):
    colors = np.random.default_rng(2).integers(0, 256, size=(5, 4, 3), dtype=np.uint8)
    Image.fromarray(colors).save(tmp_path / "a.png")
    assert np.allclose(read_table(tmp_path), colors.transpose(2, 0, 1).reshape(1, -1) / 255, atol=1e-7)
    deep = tmp_path / "deep"
    deep.mkdir()
    values = np.random.default_rng(3).integers(0, 65536, size=(5, 4), dtype=np.uint16)
    Image.fromarray(values).save(deep / "a.png")
    assert np.allclose(read_table(deep), values.reshape(1, -1) / 65535, atol=1e-7)


def test_all_formats_give_one_fit(run_command, tmp_path):
    np.save(tmp_path / "x.npy", X)
    write_zarr(tmp_path / "x.zarr", {"a": X})
    write_hdf5(tmp_path / "x.hdf5", {"a": X})
    write_parquet(tmp_path / "x.parquet", X)
    found = set()
    for name in ("x.npy", "x.zarr", "x.hdf5", "x.parquet"):
        out, report = tmp_path / f"{name}.safetensors", tmp_path / f"report {name}"
        result = run_command("fit", str(tmp_path / name), "--action", "shift:3x4", "--rank", "5", "--out", str(out),
                             "--report", str(report), "--json")  # fmt: skip
        found.add((tuple(result["ranks"]), round(result["loss_train"], 13), round(result["loss_test"], 13)))
        run_command("apply", str(out), str(tmp_path / name), "--out", str(tmp_path / f"{name}.out.npy"), "--json")
    assert len(found) == 1
    first, *others = (np.load(path) for path in sorted(tmp_path.glob("*.out.npy")))
    assert all(np.allclose(other, first) for other in others)


@pytest.fixture
def run_command(capsys):
    from equivariety.cli import main

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        assert ended.value.code == 0, said.err
        return json.loads(said.out)

    return run


def damaged(tmp_path):
    write_hdf5(tmp_path / "text.h5", {"X": np.array([b"ab"])})
    write_hdf5(tmp_path / "number.h5", {"X": np.array(3.0)})
    write_hdf5(tmp_path / "none.h5", {})
    (tmp_path / "cut.h5").write_bytes((tmp_path / "number.h5").read_bytes()[:300])
    write_zarr(tmp_path / "bad.zarr", {"a": X})
    (tmp_path / "bad.zarr" / "zarr.json").write_text("{")
    write_parquet(tmp_path / "x.parquet", X)
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "x.parquet").read_bytes()[:-9])
    write_parquet(tmp_path / "words.parquet", np.array([["a"], ["b"]]))
    for name in ("empty", "broken", "sizes"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "a.png").write_bytes(b"\x89PNG")
    for size in (3, 4):
        Image.fromarray(np.zeros((size, 3), dtype=np.uint8)).save(tmp_path / "sizes" / f"{size}.png")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("text.h5", "must hold real numbers"),
        ("number.h5", "must hold a matrix, not a single number"),
        ("none.h5", "must hold one array, or one called 'X', not"),
        ("cut.h5", "is not an HDF5 file, or is damaged"),
        ("bad.zarr", "is not a zarr array, or is damaged"),
        ("cut.parquet", "is not a Parquet file, or is damaged"),
        ("words.parquet", "column 'x0' holds .*string, not numbers"),
        ("empty", "holds no images"),
        ("broken", "cannot be read"),
        ("sizes", "must have one size: 3.png has 3 x 3, 4.png has 4 x 3"),
    ],
)
def test_damaged_files(tmp_path, name, message):
    damaged(tmp_path)
    with pytest.raises(InputError, match=message):
        read_table(tmp_path / name)


@pytest.mark.parametrize(("name", "module"), [("x.h5", "h5py"), ("x.zarr", "zarr"), ("x.parquet", "pyarrow.parquet")])
def test_a_missing_library_is_named_with_its_extra(tmp_path, monkeypatch, name, module):
    if name == "x.zarr":
        (tmp_path / name).mkdir()
        (tmp_path / name / "zarr.json").touch()
    else:
        (tmp_path / name).touch()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'equivariety\[storage\]'"):
        read_table(tmp_path / name)


def test_what_would_not_fit_in_memory_is_refused_with_the_figure(tmp_path, monkeypatch):
    monkeypatch.setattr("equivariety.memory.available_memory", lambda: 20_000)
    np.savetxt(tmp_path / "x.csv", np.ones((1000, 12)), delimiter=",", fmt="%g")
    (tmp_path / "idx").write_bytes(bytes([0, 0, 8, 1, 0, 0, 32, 0]) + bytes(8192))
    write_parquet(tmp_path / "x.parquet", np.ones((1000, 12)))
    (tmp_path / "images").mkdir()
    for number in range(20):
        Image.fromarray(np.zeros((20, 20), dtype=np.uint8)).save(tmp_path / "images" / f"{number}.png")
    for name in ("x.csv", "idx", "x.parquet", "images"):
        with pytest.raises(
            InputError, match=r"needs? about 0\.0 GiB, more than the 0\.0 GiB of memory that are left: convert"
        ):
            read_table(tmp_path / name)
