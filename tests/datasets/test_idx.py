"""IDX files: what is read, and what is said about files that cannot be read."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from equivariety.datasets import load_mnist, read_idx
from equivariety.errors import InputError

TYPES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx_bytes(array):
    """An IDX file, written by hand from the format's description."""
    header = bytes([0, 0, TYPES[array.dtype.str[1:]], array.ndim])
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_every_type_of_number_is_read(tmp_path, kind, pack):
    array = np.arange(-6, 18).reshape(2, 3, 4).astype(kind)
    path = tmp_path / "data.bin"  # the name says nothing; the first bytes decide
    path.write_bytes(pack(idx_bytes(array)))
    found = read_idx(path)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == np.dtype(kind)
    assert found.flags.writeable


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an IDX file: it must begin with two zero bytes, .* not with nothing"),
        (b"\x89PNG\r\n", "is not an IDX file: .* not with 89 50 4e 47"),
        (b"\0\0\x07\x01", "is not an IDX file"),
        (b"\0\0\x08\x03\0\0", "is truncated: its header must have 16 bytes, the file has 6"),
        (idx_bytes(np.zeros((2, 3), "u1"))[:-1], r"is truncated: shape \(2, 3\) takes 18 bytes, the file has 17"),
        (idx_bytes(np.zeros(3, "u1")) + b"x", r"holds more than it states: shape \(3,\) takes 11 bytes, .* has 12"),
        (gzip.compress(idx_bytes(np.zeros(99, "u1")))[:-9], "is truncated: its compressed data end early"),
        (b"\x1f\x8bnot gzip at all", "is damaged: it cannot be decompressed"),
    ],
    ids=["empty", "image", "type", "header", "short", "long", "short gzip", "damaged gzip"],
)
def test_files_that_cannot_be_read(tmp_path, content, message):
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"broken {message}"):
        read_idx(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="absent cannot be read: No such file or directory"):
        read_idx(tmp_path / "absent")


@pytest.fixture
def mnist_folder(tmp_path):
    for part, samples in (("train", 5), ("t10k", 2)):
        images = np.arange(samples * 4).reshape(samples, 2, 2).astype("u1")
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(images)))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(samples).astype("u1")))
    return tmp_path


def test_mnist_is_read_from_compressed_and_plain_files(mnist_folder):
    data = load_mnist(mnist_folder)
    assert data.train_images.shape == (5, 2, 2)
    assert data.test_images.tolist() == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    assert data.train_labels.tolist() == [0, 1, 2, 3, 4]
    assert data.test_labels.tolist() == [0, 1]


def test_every_missing_file_of_mnist_is_named(mnist_folder):
    (mnist_folder / "t10k-images-idx3-ubyte.gz").unlink()
    (mnist_folder / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(InputError, match=r"lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte$"):
        load_mnist(mnist_folder)


def test_files_of_mnist_must_fit_together(mnist_folder):
    (mnist_folder / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(np.zeros(3, "u1")))
    with pytest.raises(InputError, match=r"one label for each of the 2 test images, not labels of shape \(3,\)"):
        load_mnist(mnist_folder)
    (mnist_folder / "t10k-images-idx3-ubyte.gz").write_bytes(idx_bytes(np.zeros(3, "f4")))
    with pytest.raises(InputError, match=r"the test images must be bytes of shape .* not float32 of shape \(3,\)"):
        load_mnist(mnist_folder)
