"""CIFAR-10: the binary version of its authors, as the archive or unpacked. The Python version holds pickles and is not read."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from pathlib import Path

import numpy as np

from convcalc.errors import ConvcalcError
from convcalc.train.data import Array, Asked, Dataset, Remote, Split, check_labels, data_set
from convcalc.train.data.published import Published
from convcalc.train.reasons import broken

ARCHIVE = "cifar-10-binary.tar.gz"
FOLDER = "cifar-10-batches-bin"
NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# A record: the label, then 1024 bytes each of red, green and blue, row by row.
RECORD = 1 + 3 * 32 * 32


def _files(folder: Path) -> dict[str, bytes]:
    names = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    for place in (folder / FOLDER, folder):
        if (place / names[0]).is_file():
            return {name: _content(place / name) for name in names}
    archive = folder / ARCHIVE
    found: dict[str, bytes] = {}
    try:
        # unpacked to its end, where the checksum of the whole stands
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive.read_bytes()))) as tar:
            for member in tar:
                name = Path(member.name).name
                content = tar.extractfile(member) if member.isfile() and name in names else None
                if content is not None:
                    found[name] = content.read()
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise broken(archive, error) from None
    missing = [name for name in names if name not in found]
    if missing:
        raise ConvcalcError("data_file_missing", path=archive.name, name=missing[0])
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise broken(path, error) from None


def read_batch(content: bytes, path: Path) -> tuple[Array, Array]:
    """Pictures (N, 3, 32, 32) and labels of a batch file."""
    if not content or len(content) % RECORD:
        raise ConvcalcError(
            "data_truncated", path=path.name, wants=(len(content) // RECORD + 1) * RECORD, has=len(content)
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    labels = records[:, 0].astype(np.int64)
    check_labels(labels, 10, path)
    return records[:, 1:].reshape(-1, 3, 32, 32), labels


def _holds(folder: Path) -> bool:
    return (
        any((place / "data_batch_1.bin").is_file() for place in (folder / FOLDER, folder))
        or (folder / ARCHIVE).is_file()
    )


@data_set(
    "cifar10", "CIFAR-10, 60,000 pictures 32×32 of ten kinds", ("cifar10", "CIFAR10", "cifar-10", "."), _holds,
    published=Published(50_000, 10_000, "56e2de4fb1ef911e27f6bf75"), unread=("cifar-10-batches-py", "cifar-10-python.tar.gz"),
    files=[Remote(ARCHIVE, "c32a1d4ab5d03f1284b67883e8d87530", ("https://www.cs.toronto.edu/~kriz/" + ARCHIVE,))],
)  # fmt: skip
def cifar10(folder: Path, asked: Asked) -> Dataset:
    """Krizhevsky 2009."""
    parts = [read_batch(content, Path(name)) for name, content in _files(folder).items()]
    train = Split(np.concatenate([x for x, _ in parts[:5]]), np.concatenate([y for _, y in parts[:5]]))
    return Dataset("cifar10", NAMES, train, Split(*parts[5]))
