"""What was answered is kept: by two at once, through a kill, a full disk and files of other versions; and what is due of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from convcalc.errors import ConvcalcError
from convcalc.quiz.making import again, make
from convcalc.quiz.progress import STEPS, Answered, Progress
from convcalc.quiz.reviews import fresh, schedule, traps

Run = Callable[..., Any]
DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _all_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real, made = sqlite3.connect, []

    def connect(*given: Any, **named: Any) -> sqlite3.Connection:
        made.append(real(*given, **named))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", connect)
    yield
    for one in made:
        with suppress(sqlite3.ProgrammingError):  # of another thread, which has closed it
            one.close()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "data" / "progress.sqlite"
    monkeypatch.setenv("CONVCALC_PROGRESS", str(path))
    return path


def one(number: int = 1, score: float = 1.0, mistake: str = "", at: datetime = DAY, kind: str = "params") -> Answered:
    return Answered(at, f"{kind}.easy.{number}.v1", "12", score, mistake, ("bias_ignored",), False, 3.5)


def kept(path: Path) -> list[Answered]:
    progress = Progress(path)
    found = progress.answers()
    progress.close()
    return found


def test_what_goes_in_comes_out(place: Path) -> None:
    given = [one(i, at=DAY + timedelta(minutes=i)) for i in range(5)]
    progress = Progress(place)
    for answer in given:
        progress.add(answer)
    progress.close()
    assert kept(place) == given


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from convcalc.quiz.progress import Answered, Progress
progress = Progress(Path(sys.argv[1]))
i = 0
while i < int(sys.argv[3]):
    progress.add(Answered(datetime.now(UTC), f"params.easy.{i}.v1", sys.argv[2], 1.0))
    print(i, flush=True)
    i += 1
"""


def writer(path: Path, who: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), who, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_terminals_at_once(place: Path) -> None:
    """Both begin with a file that is not there yet."""
    both = [writer(place, who, 60) for who in ("a", "b")]
    assert [process.wait(120) for process in both] == [0, 0]
    for process in both:
        assert process.stdout is not None
        process.stdout.close()
    for who in ("a", "b"):
        own = [answer.question for answer in kept(place) if answer.given == who]
        assert own == [f"params.easy.{i}.v1" for i in range(60)]


def test_many_make_the_file_at_once(tmp_path: Path) -> None:
    for i in range(60):
        path, ready = tmp_path / f"{i}.sqlite", Barrier(4)

        def open_it(path: Path = path, ready: Barrier = ready) -> None:
            ready.wait()
            Progress(path).close()

        with ThreadPoolExecutor(4) as several:
            for done in [several.submit(open_it) for _ in range(4)]:
                done.result()


def test_a_kill_loses_no_answer_that_was_taken(place: Path) -> None:
    for number in range(3):
        process = writer(place, str(number), 10**6)
        assert process.stdout is not None
        taken = [process.stdout.readline() for _ in range(17 + number)]
        process.send_signal(signal.SIGKILL)
        taken += process.stdout.readlines()
        process.stdout.close()
        process.wait()
        own = [answer for answer in kept(place) if answer.given == str(number)]
        # one more may be on the disk than was said
        assert len(own) in (len(taken), len(taken) + 1)


def test_a_full_disk(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite is allowed no more pages than it has: the answer is refused in a sentence, and the others stay."""
    progress = Progress(place)
    progress.add(one(1))
    pages = progress.connection.execute("PRAGMA page_count").fetchone()[0]
    progress.connection.execute(f"PRAGMA max_page_count = {pages}")
    taken = 1
    refused = None
    while refused is None and taken < 2000:
        try:
            progress.add(one(taken + 1))
            taken += 1
        except ConvcalcError as error:
            refused = error
    assert refused is not None
    assert refused.kind == "progress_unwritable"
    assert "full" in refused.message("en")
    progress.close()
    assert len(kept(place)) == taken


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be looked at" * 40, b"SQLite format 3\0" + b"\xff" * 8000])  # fmt: skip
def test_a_damaged_file_is_left_alone(convcalc: Run, place: Path, content: bytes) -> None:
    place.parent.mkdir()
    place.write_bytes(content)
    for words in (("quiz", "stats"), ("quiz", "review"), ("quiz", "--plain")):
        ran = convcalc(*words)
        assert ran.code == 3
        assert "progress.sqlite is damaged" in ran.err.replace("\n", "")
        assert "Traceback" not in ran.err
    assert place.read_bytes() == content


def test_a_damaged_page(convcalc: Run, place: Path) -> None:
    progress = Progress(place)
    for number in range(400):
        progress.add(one(number))
    progress.close()
    content = bytearray(place.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\x5a" * 4096
    place.write_bytes(content)
    ran = convcalc("quiz", "stats")
    assert (ran.code, "damaged" in ran.err) == (3, True)


def test_a_file_of_a_newer_version(convcalc: Run, place: Path) -> None:
    Progress(place).close()
    connection = sqlite3.connect(place)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 3}")
    connection.close()
    before = place.read_bytes()
    ran = convcalc("quiz", "stats", "--lang", "vi")
    assert (ran.code, "phiên bản" in ran.err) == (3, True)
    assert place.read_bytes() == before


def test_a_file_of_an_older_version_is_brought_up(place: Path) -> None:
    place.parent.mkdir()
    connection = sqlite3.connect(place)
    connection.execute(STEPS[0])
    connection.execute("PRAGMA user_version = 1")
    connection.execute(
        "INSERT INTO answers (at, question, given, score, mistake, traps, hinted, seconds)"
        " VALUES ('2026-01-02T03:04:05+00:00', 'params.easy.1.v1', '7', 0.0, '', '[]', 0, 1.0)"
    )
    connection.commit()
    connection.close()
    progress = Progress(place)
    assert [answer.given for answer in progress.answers()] == ["7"]
    assert progress.connection.execute("PRAGMA user_version").fetchone()[0] == len(STEPS)
    progress.close()


def test_a_place_that_cannot_be_written(convcalc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("CONVCALC_PROGRESS", str(tmp_path / "file" / "progress.sqlite"))
    ran = convcalc("quiz", "stats")
    assert (ran.code, "cannot be kept" in ran.err) == (3, True)


def test_another_program_holds_the_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.quiz.progress.PATIENCE_S", 0.05)
    progress = Progress(place)
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ConvcalcError) as error:
        progress.add(one())
    assert error.value.kind == "progress_unwritable"
    other.execute("ROLLBACK")
    progress.add(one())  # and then it goes on
    assert len(progress.answers()) == 1
    other.close()
    progress.close()


# --- what is due ------------------------------------------------------------------------------------------------------


def test_a_clock_that_ran_ahead_puts_nothing_off() -> None:
    """A year, or to the end of all years: what was answered wrongly is due now, as if it had been answered now."""
    for ahead in (datetime(9999, 12, 31, tzinfo=UTC), DAY + timedelta(days=365)):
        (found,) = schedule([Answered(ahead, "params.easy.1.v1", "x", 0.0)], DAY)
        (usual,) = schedule([Answered(DAY, "params.easy.1.v1", "x", 0.0)])
        assert found.at == usual.at


def test_the_schedule_is_fsrs() -> None:
    """A card for the skill, one for the mistake, each as the scheduler itself moves it."""
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card, _ = scheduler.review_card(Card(card_id=1, due=DAY), Rating.Good, DAY)
    card, _ = scheduler.review_card(card, Rating.Good, DAY + timedelta(days=9))
    wrong, _ = scheduler.review_card(Card(card_id=2, due=DAY), Rating.Again, DAY)
    found = schedule(
        [
            one(1, at=DAY),
            one(2, 0.0, "kernel_without_channels", at=DAY),
            one(3, at=DAY + timedelta(days=9)),
        ]
    )
    assert {(due.kind, due.mistake): due.at for due in found} == {
        ("params", ""): card.due,
        ("params", "kernel_without_channels"): wrong.due,
    }
    assert found[0].mistake == "kernel_without_channels"  # what went wrong comes first


def test_what_another_version_asked_moves_no_card(place: Path) -> None:
    answers = [one(i, float(i % 2), "" if i % 2 else "bias_ignored", DAY + timedelta(days=i)) for i in range(8)]
    found = schedule(answers)
    assert len(found) == 2
    assert schedule([*answers, Answered(DAY, "gone.easy.1.v1", "x", 0.0)]) == found
    # two terminals may write in any order; what was answered first counts first
    progress = Progress(place)
    for answer in [*answers[4:], *answers[:4]]:
        progress.add(answer)
    assert schedule(progress.answers()) == found
    progress.close()


def test_an_interrupt_in_the_write_does_not_count_twice(place: Path) -> None:
    progress = Progress(place)
    progress.add(one())
    progress.add(one())
    assert len(progress.answers()) == 1
    progress.close()


@pytest.mark.parametrize(
    "change",
    [
        "at = 'garbage'",
        "traps = '{oops'",
        "traps = '[3]'",
        "score = 'x'",
        "score = 7",
        "question = 'params'",
        "seconds = 'x'",
    ],
)
def test_a_row_that_is_none(convcalc: Run, place: Path, change: str) -> None:
    progress = Progress(place)
    progress.add(one())
    progress.connection.execute(f"UPDATE answers SET {change}")
    progress.close()
    for words in (("quiz", "stats"), ("quiz", "review")):
        ran = convcalc(*words)
        assert (ran.code, "damaged" in ran.err) == (3, True)


def test_a_file_of_another_program(convcalc: Run, place: Path) -> None:
    place.parent.mkdir()
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE answers (x)")
    connection.commit()
    connection.close()
    before = place.read_bytes()
    ran = convcalc("quiz", "stats")
    assert (ran.code, "another program" in ran.err) == (3, True)
    assert place.read_bytes() == before


@pytest.mark.parametrize("kind", ["params", "output-shape", "macs", "receptive-field", "compute-conv"])
def test_a_review_is_a_fresh_variant_with_the_same_trap(kind: str) -> None:
    question = make(kind, "medium", 4)
    mistake = traps(question)[0]
    answer = Answered(DAY, question.id, "x", 0.0, mistake, traps(question))
    due = next(one for one in schedule([answer]) if one.mistake == mistake)
    asked = [fresh(due, seed) for seed in range(5)]
    assert all(one.kind == kind and one.level == "medium" for one in asked)
    assert all(mistake in traps(one) for one in asked)
    assert len({one.id for one in asked} | {question.id}) == 6


def test_a_wrong_answer_is_asked_again(convcalc: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is due at first; a day later the mistake is, and a right answer puts it off."""
    ran = convcalc("quiz", "review")
    assert (ran.code, "nothing to review yet" in ran.out) == (0, True)
    question = make("params", "easy", 7)
    mistake = traps(question)[0]
    progress = Progress(place)
    progress.add(Answered(datetime.now(UTC) - timedelta(days=3), question.id, "x", 0.0, mistake, traps(question)))
    progress.close()
    read, write = os.pipe()
    os.write(write, b".\n")
    os.close(write)
    with os.fdopen(read) as lines:
        monkeypatch.setattr(sys, "stdin", lines)
        ran = convcalc("quiz", "review")
    assert (ran.code, "Question 1 of 1" in ran.out) == (0, True)
    answered = kept(place)
    assert len(answered) == 2
    assert mistake in traps(again(answered[-1].question))


def test_stats(convcalc: Run, place: Path) -> None:
    import json

    progress = Progress(place)
    for number in range(6):
        progress.add(one(number, number % 2, "" if number % 2 else "bias_ignored", DAY + timedelta(days=4 * number)))
    progress.close()
    found = json.loads(convcalc("quiz", "stats", "--json").out)
    assert (found["answers"], found["points"]) == (6, 3)
    assert found["mistakes"][0]["count"] == 3
    assert sum(week["answers"] for week in found["weeks"]) == 6
    for lang, said in (("en", "week of"), ("vi", "tuần từ")):
        ran = convcalc("quiz", "stats", "--lang", lang)
        assert said in ran.out
        assert "50%" in ran.out
