"""MNIST and Fashion-MNIST: the IDX files of their authors, packed with gzip or not."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from convcalc.errors import ConvcalcError
from convcalc.train.data import Array, Asked, Dataset, Remote, Split, check_labels, data_set
from convcalc.train.data.published import Published
from convcalc.train.reasons import broken

# Four bytes: two zeros, the type (8: unsigned byte), the number of axes; then each axis as a big-endian 32-bit number.
_UNSIGNED_BYTE = 8

_MNIST = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
_FASHION = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
)


def _remote(name: str, md5: str, roots: tuple[str, ...]) -> Remote:
    return Remote(name + ".gz", md5, tuple(root + name + ".gz" for root in roots), (name,))


def read_idx(path: Path, axes: int) -> Array:
    """The array in an IDX file of unsigned bytes with so many axes; raises `ConvcalcError` for anything else."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise broken(path, error) from None
    if len(content) < 4 + 4 * axes or content[:4] != bytes([0, 0, _UNSIGNED_BYTE, axes]):
        raise ConvcalcError(
            "data_magic", path=path.name, wants=bytes([0, 0, 8, axes]).hex(" "), has=content[:4].hex(" ") or "–"
        )
    shape = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * axes)
    if math.prod(shape) != values.size:
        raise ConvcalcError("data_truncated", path=path.name, wants=math.prod(shape), has=values.size)
    return values.reshape(shape)


def _split(folder: Path, prefix: str) -> Split:
    paths = []
    for part in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        packed = folder / f"{prefix}-{part}.gz"
        paths.append(packed if packed.is_file() else folder / f"{prefix}-{part}")
    images, labels = read_idx(paths[0], 3), read_idx(paths[1], 1)
    if len(images) != len(labels):
        raise ConvcalcError("data_counts", path=paths[0].name, samples=len(images), labels=len(labels))
    if not images.size:
        raise ConvcalcError("data_empty", path=paths[0].name)
    check_labels(labels, 10, paths[1])
    return Split(images[:, None], labels.astype(np.int64))


def _splits(folder: Path) -> tuple[Split, Split]:
    train, test = _split(folder, "train"), _split(folder, "t10k")
    if test.x.shape[1:] != train.x.shape[1:]:
        sizes = ["×".join(map(str, part.x.shape[2:])) for part in (test, train)]
        raise ConvcalcError("data_sizes", path=str(folder), test=sizes[0], train=sizes[1])
    return train, test


@data_set(
    "mnist", "MNIST, 70,000 handwritten digits 28×28", ("mnist", "MNIST/raw", "MNIST", "."),
    published=Published(60_000, 10_000, "d321937e009dd89d0f8e752a"),
    files=[
        _remote("train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873", _MNIST),
        _remote("train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432", _MNIST),
        _remote("t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3", _MNIST),
        _remote("t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c", _MNIST),
    ],
)  # fmt: skip
def mnist(folder: Path, asked: Asked) -> Dataset:
    """LeCun, Cortes and Burges."""
    return Dataset("mnist", tuple("0123456789"), *_splits(folder))


@data_set(
    "fashion-mnist", "Fashion-MNIST, 70,000 pictures of clothes 28×28", ("fashion-mnist", "FashionMNIST/raw", "FashionMNIST", "."),
    published=Published(60_000, 10_000, "4a7347c76586376e8863c7c9"),
    files=[
        _remote("train-images-idx3-ubyte", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", _FASHION),
        _remote("train-labels-idx1-ubyte", "25c81989df183df01b3e8a0aad5dffbe", _FASHION),
        _remote("t10k-images-idx3-ubyte", "bef4ecab320f06d8554ea6380940ec79", _FASHION),
        _remote("t10k-labels-idx1-ubyte", "bb300cfdad3c16e7a12a480ee83cd310", _FASHION),
    ],
)  # fmt: skip
def fashion_mnist(folder: Path, asked: Asked) -> Dataset:
    """Zalando Research."""
    names = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"
    return Dataset("fashion-mnist", tuple(names.split(",")), *_splits(folder))
