"""Data sets: where they are found, how they are read, and how they are split.

A set is one `@data_set(...)` function in a file of this folder; arrays are numpy's, pictures are uint8 (N, C, H, W).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from convcalc.errors import ConvcalcError
from convcalc.train.data.published import Published

Array: TypeAlias = NDArray[Any]
# Samples that are looked at together where a whole set may be too much.
AT_ONCE = 4096


@dataclass(frozen=True)
class Split:
    """Samples with their labels.

    x: uint8 (N, C, H, W) for pictures; int32 (N, L) for texts, where `lengths` says how many words of each are no padding.
    y: int64 (N,), or uint8 (N, H, W) for masks.
    places: where x is a file that is mapped, which of its samples belong to the split; a part of a large set is never copied.
    """

    x: Array
    y: Array
    lengths: Array | None = None
    places: Array | None = None

    def __len__(self) -> int:
        return len(self.y)

    @property
    def held(self) -> int:
        """Bytes that it takes on the device it is trained on: none where x is a file that is mapped. Labels are int64 there."""
        return 0 if isinstance(self.x, np.memmap) else int(self.x.nbytes + 8 * self.y.size)

    def take(self, places: Array) -> Split:
        """The samples at these places."""
        lengths = None if self.lengths is None else self.lengths[places]
        if isinstance(self.x, np.memmap):
            return Split(self.x, self.y[places], lengths, places if self.places is None else self.places[places])
        return Split(self.x[places], self.y[places], lengths)

    def rows(self, where: Any) -> Array:
        """x of one sample, or of those of a slice or of several places."""
        found: Array = self.x[where if self.places is None else self.places[where]]
        return found


@dataclass(frozen=True)
class Dataset:
    """A whole set. Without `validation`, a part of `train` is split off where it is trained on."""

    name: str
    classes: tuple[str, ...]
    train: Split
    test: Split
    validation: Split | None = None
    words: tuple[str, ...] = ()  # the vocabulary; empty for pictures
    notes: tuple[tuple[str, str], ...] = ()  # what a user should know, in English and Vietnamese
    whole: bool = True  # whether it is all that its authors published, as far as that is known

    @property
    def kind(self) -> str:
        """images, texts or masks."""
        return "texts" if self.words else "masks" if self.train.y.ndim > 1 else "images"

    def checksum(self) -> str:
        """Of the classes, the words, and all samples and labels, in their order."""
        digest = blake2b(digest_size=16)
        for names in (self.classes, self.words):
            digest.update(("\n".join(names) + "\0").encode())
        for split in (self.train, self.validation, self.test):
            if split is not None:
                digest.update(str((len(split), *split.x.shape[1:])).encode())
                for i in range(0, len(split), AT_ONCE):
                    digest.update(np.ascontiguousarray(split.rows(slice(i, i + AT_ONCE))).data)
                digest.update(str(split.y.shape).encode())
                digest.update(np.ascontiguousarray(split.y).data)
        return digest.hexdigest()

    def limited(self, count: int, seed: int = 0) -> Dataset:
        """No more than so many samples of each split, for a quick look; each class has its share."""

        def short(split: Split) -> Split:
            if count >= len(split):
                return split
            labels = split.y if split.y.ndim == 1 else np.zeros(len(split), np.int64)
            _, places = stratified(labels, count / len(split), seed)
            return split.take(places[:count])

        held = None if self.validation is None else short(self.validation)
        train, test = short(self.train), short(self.test)
        whole = self.whole and train is self.train and test is self.test
        return replace(self, train=train, test=test, validation=held, whole=whole)


@dataclass(frozen=True)
class Asked:
    """What is wanted of a set: the shape of its pictures where that can be chosen, and how to treat what is broken."""

    size: tuple[int, int, int] | None = None  # channels, height, width
    seed: int = 0
    skip_bad: bool = False


@dataclass(frozen=True)
class Remote:
    """A file that can be downloaded: its name, the MD5 that its authors publish, and mirrors."""

    name: str
    md5: str
    mirrors: tuple[str, ...]
    optional: tuple[str, ...] = ()  # other names under which it may lie

    def lies_in(self, folder: Path) -> bool:
        """Whether it is there, under any of its names."""
        return any((folder / name).is_file() for name in (self.name, *self.optional))


Loader: TypeAlias = "Callable[[Path, Asked], Dataset]"


@dataclass(frozen=True)
class Source:
    """A named set: the folders in which it may lie, the files that make it up, and its reader."""

    name: str
    title: str
    folders: tuple[str, ...]
    found: Callable[[Path], bool]  # whether a folder holds it
    load: Loader
    files: tuple[Remote, ...] = field(default=())
    published: Published | None = None  # what its authors published, where that is known
    unread: tuple[str, ...] = ()  # names of other forms of the set, which are not read


SOURCES: dict[str, Source] = {}
_MODULES = ("idx", "cifar", "reviews", "matlab", "builtin")


def sources() -> dict[str, Source]:
    """All named sets."""
    for name in _MODULES:
        import_module(f"convcalc.train.data.{name}")
    return SOURCES


def data_set(
    name: str,
    title: str,
    folders: Sequence[str] = (),
    found: Callable[[Path], bool] | None = None,
    files: Sequence[Remote] = (),
    published: Published | None = None,
    unread: Sequence[str] = (),
) -> Callable[[Loader], Loader]:
    """Make a function the reader of a named set; a set without folders is made by the function itself."""

    def holds(folder: Path) -> bool:
        return bool(files) and all(file.lies_in(folder) for file in files)

    def register(load: Loader) -> Loader:
        SOURCES[name] = Source(
            name, title, tuple(folders), found or holds, load, tuple(files), published, tuple(unread)
        )
        return load

    return register


def stratified(y: Array, share: float, seed: int) -> tuple[Array, Array]:
    """Places of the samples in two parts, the second with that share of every class; in a random order of the seed's."""
    rng = np.random.default_rng([seed, 7])
    first, second = [], []
    for label in np.unique(y):
        places = rng.permutation(np.flatnonzero(y == label))
        count = round(len(places) * share)
        count = min(max(count, 1), len(places) - 1) if len(places) > 1 else 0
        second.append(places[:count])
        first.append(places[count:])
    return rng.permutation(np.concatenate(first)), rng.permutation(np.concatenate(second))


def check_labels(y: Array, classes: int, path: Path) -> None:
    """Complain of labels that are no class."""
    if y.size and (int(y.min()) < 0 or int(y.max()) >= classes):
        raise ConvcalcError(
            "data_labels", path=path.name, found=int(y.max() if y.max() >= classes else y.min()), last=classes - 1
        )
