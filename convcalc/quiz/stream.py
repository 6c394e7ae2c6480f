"""Numbers from a name: the same for ever, on every machine and in every version of Python."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

T = TypeVar("T")
# A digest of 64 bytes as numbers of 32 bits.
_NUMBERS = Struct(">16I").unpack


class Stream:
    """Draws that depend on the words it is made from and on nothing else.

    Blocks of BLAKE2b of the words and a counter, read as 32-bit numbers; a number below n is drawn by rejection, so all are equally
    likely.
    """

    def __init__(self, *words: object) -> None:
        self.name = "/".join(map(str, words)).encode()
        self.count = 0
        self.block: list[int] = []

    def _next(self) -> int:
        if not self.block:
            self.block = list(_NUMBERS(blake2b(self.name + b"#" + str(self.count).encode()).digest()))
            self.count += 1
        return self.block.pop()

    def below(self, n: int) -> int:
        """A whole number from 0 to n − 1."""
        if not 0 < n <= 2**32:
            raise ValueError(f"no number below {n}")
        limit = 2**32 - 2**32 % n
        block = self.block
        while True:
            drawn = block.pop() if block else self._next()
            if drawn < limit:
                return drawn % n
            block = self.block

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def chance(self, of: int) -> bool:
        """True once in `of` times."""
        return self.below(of) == 0

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order (Fisher and Yates)."""
        found = list(items)
        for i in range(len(found) - 1, 0, -1):
            j = self.below(i + 1)
            found[i], found[j] = found[j], found[i]
        return found


class Draws(Stream):
    """The stream of one part of a variant: the numbers of an attempt, or the order of the choices.

    `steady` is the same in every attempt: what decides between two forms of a question is drawn from it, or the form whose numbers
    fail more often would be seen less. `edition` says which mistakes there are; nothing is drawn from it.
    """

    def __init__(self, kind: str, level: str, seed: int, version: int, part: object, edition: int = 1) -> None:
        super().__init__(kind, level, seed, version, part)
        self.words = (kind, level, seed, version)
        self.edition = edition

    @property
    def steady(self) -> Stream:
        """A stream that begins anew at every call, and in every attempt with the same numbers."""
        return Stream(*self.words, "steady")
