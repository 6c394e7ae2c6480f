"""The table of kinds: each is a function `draw(level, stream) -> Draft | None` with `@kind(...)` in a file of `kinds/`."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TypeAlias

from convcalc.errors import ConvcalcError
from convcalc.quiz.question import Draft
from convcalc.quiz.reading import Two
from convcalc.quiz.stream import Draws

Drawer: TypeAlias = "Callable[[str, Draws], Draft | None]"


@dataclass(frozen=True)
class Kind:
    """A kind of question: its name, its topic, what it is called, and how one is drawn in each version.

    Who changes what a kind draws keeps the old function under its version, so that old names of questions stay good. `editions` says
    for each version which mistakes there were (see `Mistake.since`).
    """

    name: str
    topic: str
    title: Two
    versions: dict[int, Drawer]
    editions: dict[int, int]

    @property
    def version(self) -> int:
        return max(self.versions)


_KINDS: dict[str, Kind] = {}
_IN_ORDER: dict[str, Kind] = {}


def kind(name: str, en: str, vi: str, version: int = 1, edition: int = 1) -> Callable[[Drawer], Drawer]:
    """Make a function a kind of question; its file's name is the topic."""

    def register(draw: Drawer) -> Drawer:
        made = _KINDS.setdefault(name, Kind(name, draw.__module__.rpartition(".")[2], (en, vi), {}, {}))
        if version in made.versions:
            raise ValueError(f"{name} has a version {version} already")
        made.versions[version], made.editions[version] = draw, edition
        return draw

    return register


def kinds() -> dict[str, Kind]:
    """All kinds by name, topic by topic; their files are loaded when they are first asked for."""
    if not _IN_ORDER:
        import convcalc.quiz.kinds as package

        names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
        for name in names:
            import_module(f"{package.__name__}.{name}")
        # whichever file was loaded first: papers draw from this order
        _IN_ORDER.update(sorted(_KINDS.items(), key=lambda item: names.index(item[1].topic)))
    return _IN_ORDER


def topics() -> list[str]:
    """The names of the topics."""
    return list(dict.fromkeys(one.topic for one in kinds().values()))


def choose_kinds(text: str) -> list[str]:
    """The kinds that a list of kinds and topics names; `all` is all of them."""
    known = kinds()
    found: list[str] = []
    for word in filter(None, (word.strip() for word in text.split(","))):
        chosen = [name for name, one in known.items() if word in ("all", name, one.topic)]
        if not chosen:
            raise ConvcalcError("unknown_topic", name=word, topics=", ".join(topics()), known=", ".join(known))
        found += chosen
    return list(dict.fromkeys(found)) or list(known)
