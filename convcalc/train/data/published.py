"""Whether the samples of a named set are those that its authors published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from convcalc.errors import ConvcalcError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from convcalc.train.data import Dataset, Split


@dataclass(frozen=True)
class Published:
    """What a set has: samples for training and for the test, and the digest of all (`digest`)."""

    train: int
    test: int
    digest: str


def digest(train: Split, test: Split) -> str:
    """Of all samples with their labels, whatever their order in each part: CIFAR-10 goes round in several."""
    found = blake2b(digest_size=12)
    for split in (train, test):
        sums = np.fromiter((crc32(x, int(y)) for x, y in zip(split.x, split.y, strict=True)), np.uint32, len(split))
        sums.sort()
        found.update(sums.astype("<u4").tobytes())
    return found.hexdigest()


def confirmed(found: Dataset, sets: Iterable[tuple[str, Published]], place: Path) -> Dataset:
    """The set; one with other numbers of samples says so, and has no published figure.

    Raises `ConvcalcError` where it has as many samples as were published, but not those.
    """
    known = dict(sets)
    wanted = known[found.name]
    sizes = len(found.train), len(found.test)
    if sizes != (wanted.train, wanted.test):
        note = (
            f"{found.name} has {wanted.train} + {wanted.test} samples for training and test; {place} has {sizes[0]} + {sizes[1]}, so what it reaches is not compared with the published result",
            f"{found.name} có {wanted.train} + {wanted.test} mẫu train và test, còn {place} có {sizes[0]} + {sizes[1]}, nên không so với kết quả đã công bố",
        )  # fmt: skip
        return replace(found, whole=False, notes=(*found.notes, note))
    has = digest(found.train, found.test)
    if has == wanted.digest:
        return found
    other = next((name for name, one in known.items() if one.digest == has), None)
    if other is not None:
        raise ConvcalcError("data_other_set", path=str(place), name=found.name, other=other)
    raise ConvcalcError("data_altered", path=str(place), name=found.name)
