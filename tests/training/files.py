"""Data sets as files, made here, and what reading them gives."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convcalc.errors import ConvcalcError
from convcalc.train.data import Asked, Dataset, places

Quiet: Callable[..., None] = lambda *_: None  # noqa: E731


def idx(array: np.ndarray) -> bytes:
    return (
        bytes([0, 0, 8, array.ndim])
        + b"".join(struct.pack(">I", n) for n in array.shape)
        + array.astype(np.uint8).tobytes()
    )


def mnist_files(count: int = 40) -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    files = {}
    for prefix, n in (("train", count), ("t10k", count // 2)):
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(idx(rng.integers(0, 256, (n, 28, 28))))
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(idx(np.arange(n) % 10))
    return files


def written(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def load(name: str, folder: Path | None, **values: Any) -> Dataset:
    usual = values.pop("usual", "mnist")
    return places.load(name, None if folder is None else str(folder), Asked(**values), usual, Quiet)


def refused(name: str, folder: Path | None, kind: str, **values: Any) -> ConvcalcError:
    with pytest.raises(ConvcalcError) as error:
        load(name, folder, **values)
    assert error.value.kind == kind, error.value
    assert error.value.message("en") != error.value.message("vi")
    return error.value
