"""Decoded pictures of trees too large for the memory: files in the user's cache, mapped instead of read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import numpy as np
from filelock import FileLock

from convcalc.errors import ConvcalcError, MissingError
from convcalc.files import replace, write_bytes
from convcalc.reasons import of_system
from convcalc.train.data import Array
from convcalc.train.data.places import cache
from convcalc.train.reasons import Why

# Goes up when the same pictures would be decoded to other values.
_VERSION = 5
_CHUNK = 2**24


class Decoded:
    """Where the decoded pictures of some files lie, or will lie. Reading needs no lock: `left_out` is there only while all is."""

    def __init__(self, target: Path, shape: tuple[int, ...]) -> None:
        self.target, self.shape = target, shape
        self.temporary = target.with_name(f".{target.stem}-{os.getpid()}.npy")
        self.left_out = target.with_suffix(".json")  # the numbers of those that could not be decoded, and why

    @classmethod
    def of(cls, paths: Sequence[Path], shape: tuple[int, ...]) -> Decoded:
        """The place of these pictures at this size."""
        return cls(cache() / "decoded" / f"{_name(paths, shape)}.npy", shape)

    @contextmanager
    def held(self) -> Iterator[None]:
        """For one process at a time; what was begun in it and not kept goes."""
        folder = self.target.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _lock(self.target).touch()
        except OSError as error:
            raise _unwritable(folder, error) from None
        with ExitStack() as held:
            # some file systems have no locks: there each process decodes for itself
            with suppress(OSError, NotImplementedError):
                held.enter_context(FileLock(_lock(self.target)))
                _sweep(folder, self.target)
            try:
                yield
            finally:
                # what is still mapped stays readable; Windows keeps it, and the next process takes it away
                with suppress(OSError):
                    self.temporary.unlink(missing_ok=True)

    def read(self) -> tuple[Array, dict[int, Why]] | None:
        """The pictures in their order, and what was left out; None where they are not there, or not as they were written."""
        try:
            left_out = {int(i): dict(reason) for i, reason in json.loads(self.left_out.read_text(encoding="utf-8"))}
            x: Array = np.load(self.target, mmap_mode="r")
        except (OSError, ValueError, TypeError, EOFError):
            return None
        if x.shape != self.shape or x.dtype != np.uint8:
            return None
        return x[: len(x) - len(left_out)], left_out

    def made(self, fill: Callable[[Array], dict[int, Why]], incomplete: bool) -> tuple[Array, dict[int, Why]]:
        """The pictures as `fill` puts them into an array, and those that it could not decode; kept if there are none, or if `incomplete`."""
        x = self._begin()
        left_out = fill(x)
        if left_out and not incomplete:
            return x, left_out
        x.flush()  # type: ignore[attr-defined]
        del x  # Windows renames no file that is mapped
        replace(self.temporary, self.target)
        write_bytes(str(self.left_out), json.dumps(list(left_out.items())).encode())
        return np.load(self.target, mmap_mode="r")[: self.shape[0] - len(left_out)], left_out

    def _begin(self) -> Array:
        """An empty array on the disk, whose room is taken at once: a mapped file that finds the disk full later would end the process."""
        try:
            self.left_out.unlink(missing_ok=True)  # nobody reads until all is there
            empty = np.lib.format.open_memmap(self.temporary, "w+", np.uint8, self.shape)
            first, size = empty.offset, self.temporary.stat().st_size
            del empty  # Windows takes no file away that is mapped
            with self.temporary.open("r+b") as file:
                _allocate(file, first, size)
            x: Array = np.load(self.temporary, mmap_mode="r+")
        except OSError as error:
            raise _unwritable(self.target.parent, error) from None
        return x


def _allocate(file: BinaryIO, first: int, size: int) -> None:
    """Give a file of nothing from `first` on its room on the disk."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    file.seek(first)
    for begin in range(first, size, _CHUNK):
        file.write(bytes(min(_CHUNK, size - begin)))


def _name(paths: Sequence[Path], shape: tuple[int, ...]) -> str:
    """Of the files, their sizes and times."""
    digest = blake2b(f"{_VERSION} {shape}".encode(), digest_size=16)
    whole: dict[Path, Path] = {}
    for path in paths:
        if path.parent not in whole:
            whole[path.parent] = path.parent.resolve()  # the same tree by another way is the same
        try:
            status = path.stat()
            said = f"\0{status.st_size}\0{status.st_mtime_ns}\0"
        except OSError:  # decoding names it
            said = "\0"
        digest.update(os.fsencode(whole[path.parent] / path.name) + said.encode())
    return digest.hexdigest()


def _lock(target: Path) -> Path:
    return target.with_suffix(".lock")


def _sweep(folder: Path, own: Path) -> None:
    """Take away what processes that were killed had begun; of their pictures' targets the own one is held already."""
    for left in folder.glob(".*.npy"):
        lock = _lock(left.with_name(left.name[1:].partition("-")[0]))
        # an error where its process is at it
        with suppress(OSError), nullcontext() if lock == _lock(own) else FileLock(lock, timeout=0):
            left.unlink(missing_ok=True)


def _unwritable(folder: Path, error: OSError) -> ConvcalcError:
    return MissingError("cache_full", folder=str(folder), **of_system(error))
