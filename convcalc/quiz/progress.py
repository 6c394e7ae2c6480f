"""What a student has answered: one SQLite file, to which answers are only ever added.

What is due for review is worked out from the answers, so there is nothing else to keep in step with them.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from convcalc.errors import ConvcalcError, MissingError
from convcalc.reasons import of_system

# Each step brings a file from the version of its place to the next; PRAGMA user_version says how far a file is.
STEPS = (
    """
    CREATE TABLE answers (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,          -- UTC, ISO 8601
        question TEXT NOT NULL,    -- the name that makes it again
        given TEXT NOT NULL,       -- as it was typed; empty where the question was passed over
        score REAL NOT NULL,       -- from 0 to 1, before a hint is paid for
        mistake TEXT NOT NULL,     -- the name of the one behind it, or empty
        traps TEXT NOT NULL,       -- JSON: names of the mistakes that the question lays traps for
        hinted INTEGER NOT NULL,
        seconds REAL NOT NULL
    )
    """,
    "CREATE INDEX answers_at ON answers (at)",
    # an interrupt in the middle of a write may have it written again
    "CREATE UNIQUE INDEX answers_once ON answers (at, question)",
)
# "conv" in ASCII, by which SQLite files of one program are told from those of another.
APPLICATION = 0x636F6E76
_NAME = re.compile(r"[^.\s]+(?:\.[^.\s]+)+")
# Another terminal is waited for so long.
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Answered:
    """One answer to one question."""

    at: datetime
    question: str
    given: str
    score: float
    mistake: str = ""
    traps: tuple[str, ...] = ()
    hinted: bool = False
    seconds: float = 0.0

    @property
    def kind(self) -> str:
        return self.question.split(".")[0]

    @property
    def level(self) -> str:
        return self.question.split(".")[1]

    @property
    def points(self) -> float:
        """The score, of which a hint costs half."""
        return self.score / 2 if self.hinted else self.score


def place() -> Path:
    """The file: CONVCALC_PROGRESS, else in the user's data directory."""
    named = os.environ.get("CONVCALC_PROGRESS")
    if named:
        with suppress(RuntimeError):  # ~ of a user without a home
            return Path(named).expanduser()
        return Path(named)
    from platformdirs import user_data_path

    try:
        return user_data_path("convcalc", appauthor=False) / "progress.sqlite"
    except RuntimeError:
        raise MissingError("no_home") from None


def _answered(row: tuple[Any, ...]) -> Answered:
    """A row as it was written; raises `sqlite3.DatabaseError` for any other."""
    at, question, given, score, mistake, traps, hinted, seconds = row
    try:
        names = json.loads(traps)
        if _NAME.fullmatch(question) is None or not 0 <= score <= 1 or not all(isinstance(n, str) for n in names):
            raise ValueError(question)
        return Answered(
            datetime.fromisoformat(at).astimezone(UTC), question, str(given), float(score), str(mistake), tuple(names), bool(hinted), float(seconds)
        )  # fmt: skip
    except (ValueError, TypeError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"an answer in it is none: {str(error)[:60]}") from None


class Progress:
    """The file of answers. An answer that `add` has taken is on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._said():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self.connection.close()
                raise

    def _prepare(self) -> None:
        run = self.connection.execute
        if run("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the check of the file fails")
        # in one statement, since another terminal may be making the file
        version, owner, tables = run(
            "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version, pragma_application_id"
        ).fetchone()
        if owner not in (0, APPLICATION) or (version == 0 and tables):
            raise sqlite3.DatabaseError("it belongs to another program")
        if version > len(STEPS):
            raise ConvcalcError("progress_newer", path=self.path, version=version, known=len(STEPS))
        run("PRAGMA fullfsync = 1")  # macOS has a stronger way
        run("PRAGMA synchronous = EXTRA")  # an answer that is taken outlives a loss of power
        if version < len(STEPS):
            run("BEGIN IMMEDIATE")  # another terminal may be doing the same
            try:
                for step in STEPS[run("PRAGMA user_version").fetchone()[0] :]:
                    run(step)
                run(f"PRAGMA user_version = {len(STEPS)}")
                run(f"PRAGMA application_id = {APPLICATION}")
                run("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # where the disk is full, SQLite has done it
                    run("ROLLBACK")
                raise

    @contextmanager
    def _said(self) -> Iterator[None]:
        """SQLite's complaints as sentences."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise ConvcalcError("progress_unwritable", path=self.path, reason=str(error)) from None
        except sqlite3.DatabaseError as error:
            raise ConvcalcError("progress_damaged", path=self.path, reason=str(error)) from None
        except OSError as error:
            raise ConvcalcError("progress_unwritable", path=self.path, **of_system(error)) from None

    def add(self, one: Answered) -> None:
        """Keep an answer; raises `ConvcalcError` where it cannot be kept."""
        values = (one.at.isoformat(), one.question, one.given, one.score, one.mistake, json.dumps(one.traps), one.hinted, one.seconds)  # fmt: skip
        with self._said():
            self.connection.execute(
                "INSERT OR IGNORE INTO answers (at, question, given, score, mistake, traps, hinted, seconds)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def answers(self) -> list[Answered]:
        """All answers, the oldest first."""
        with self._said():
            rows = self.connection.execute(
                "SELECT at, question, given, score, mistake, traps, hinted, seconds FROM answers ORDER BY at, number"
            ).fetchall()
            return [_answered(row) for row in rows]

    def close(self) -> None:
        """Let go of the file."""
        with self._said():
            self.connection.close()
