"""Every kind of question over hundreds of seeds: the key is right, wrong is wrong and says why, garbage is neither."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import convcalc as cc
from convcalc.errors import ConvcalcError
from convcalc.mistakes import BY_NAME
from convcalc.quiz.answers import TableAnswer
from convcalc.quiz.grading import LETTERS, grade
from convcalc.quiz.kinds.backwards import inputs
from convcalc.quiz.making import again, make
from convcalc.quiz.objects import question_object
from convcalc.quiz.question import LEVELS, Choice, Question
from convcalc.quiz.reading import Unreadable
from convcalc.quiz.registry import kinds
from convcalc.quiz.stream import Stream
from convcalc.quiz.stress import rules, stressed
from convcalc.tracing import trace

Run = Callable[..., Any]
NAMES = list(kinds())
SEEDS = 100  # of each level
GARBAGE = [
    "",
    "   ",
    "xyz",
    "?",
    "ừ",
    "1,2.3,4",
    "conv",
    "()",
    "--",
    "9" * 3000,
    "a b",
    "__import__('os')",
    "\x00",
    "½½",
    ";;;",
]


def variants(name: str, seeds: int = SEEDS) -> Iterator[Question]:
    for level in LEVELS:
        for seed in range(seeds):
            yield make(name, level, seed)


# --- every kind -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_what_is_right_is_right(name: str) -> None:
    for question in variants(name):
        if question.key is not None:
            graded = grade(question, LETTERS[question.key])
            assert graded.correct, question.id
        for lang in ("en", "vi"):
            if question.choices is None:
                assert grade(question, question.right(lang)).correct, question.id
        assert question.steps, question.id
        assert all(all(step) for step in question.steps)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_wrong_and_has_its_mistake(name: str) -> None:
    for question in variants(name):
        for i, choice in enumerate(question.choices or ()):
            graded = grade(question, LETTERS[i])
            assert graded.correct == (i == question.key), question.id
            assert graded.mistake == choice.mistake
            if choice.mistake is not None:
                assert choice.mistake.name in BY_NAME
                assert choice.mistake.en[1:] in graded.feedback[0][0]
                assert choice.mistake.vi[1:] in graded.feedback[0][1]
        if question.choices is None:
            for value, _ in question.wrongs:
                if isinstance(question.answer, TableAnswer):
                    place, wrong = value
                    given = list(question.answer.value)
                    given[place] = wrong
                    text = "; ".join(
                        cell.show(v, "en") for v, (_, cell) in zip(given, question.answer.cells, strict=True)
                    )
                    graded = grade(question, text)
                    assert graded.score == 1 - Fraction(1, len(question.answer.cells))
                else:
                    graded = grade(question, question.answer.show(value, "en"))
                    assert not graded.correct, question.id
                # the first mistake that gives this value is the one that is named
                same = [m.name for v, m in question.wrongs if v == value]
                assert graded.mistake is not None
                assert graded.mistake.name == same[0]


@pytest.mark.parametrize("name", NAMES)
def test_garbage_is_unreadable_not_wrong(name: str) -> None:
    for question in variants(name, 3):
        for text in GARBAGE:
            if question.answer.form == "matrix" and text == "1,2.3,4":  # three numbers, which make a row
                continue
            with pytest.raises(Unreadable) as error:
                grade(question, text)
            assert all(error.value.said)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same(name: str) -> None:
    """The same numbers in the same sentence, the same order of choices, another sentence."""

    def numbers(text: str) -> list[str]:
        return sorted(re.findall(r"\d+(?:[.,]\d+)?", text.replace(",", ".")))

    for question in variants(name):
        en, vi = question.text
        assert en != vi
        assert numbers(en) == numbers(vi), question.id
        assert question.hint[0] != question.hint[1]
        for choice in question.choices or ():
            assert numbers(choice.text[0]) == numbers(choice.text[1])
        for one, two in question.steps:
            assert numbers(one) == numbers(two), (question.id, one, two)
        first, second = question_object(question, "en"), question_object(question, "vi")
        for key in ("id", "key", "mistakes", "code", "form"):
            assert first[key] == second[key]


@pytest.mark.parametrize("name", NAMES)
def test_no_rule_of_a_fair_question_is_broken(name: str) -> None:
    for question in variants(name):
        assert rules(question) == [], question.id


@pytest.mark.parametrize("name", NAMES)
def test_torch_agrees(name: str) -> None:
    """The second route: torch on what the student reads."""
    from convcalc.torchside.questions import confirm

    for question in variants(name, 12):
        assert confirm(question) is None, question.id


def test_a_teachers_own_code_is_never_run(tmp_path: Any) -> None:
    from convcalc.torchside.questions import confirm

    question = replace(make("model-shape", "easy", 1), code=f"open({str(tmp_path / 'x')!r}, 'w')", label="own:x.1.1")
    with pytest.raises(ValueError, match="only what convcalc has drawn"):
        confirm(question)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", NAMES)
def test_torch_would_notice_another_key(name: str) -> None:
    """With a wrong choice taken for the key, or another value in its place, the second route disagrees."""
    from convcalc.torchside.questions import confirm

    for question in variants(name, 2):
        if question.choices is not None:
            assert question.key is not None
            other = (question.key + 1) % 4
            assert confirm(replace(question, key=other)) is not None, question.id
            continue
        answer = question.answer
        if isinstance(answer, TableAnswer):
            (label, cell), *rest = answer.cells
            value = cell.value
            changed = replace(cell, value=(value[0] + 1, *value[1:]))
            wrong: Any = TableAnswer(((label, changed), *rest))
        elif answer.form == "matrix":
            value = answer.value
            wrong = replace(answer, value=type(value)(value.shape, [value.values[0] + 1, *value.values[1:]]))
        elif answer.form == "sizes":
            wrong = replace(answer, value=answer.value | {max(answer.value) + 1})
        else:
            wrong = replace(answer, value=answer.value + 1)
        assert confirm(replace(question, answer=wrong)) is not None, question.id


def test_old_names_stay_good(golden: Callable[[str, str], None]) -> None:
    """What a name stands for never changes: one digest for each kind, version and level over fifty seeds.

    Who changes what a kind draws, a mistake or an order gives the kind a new version and keeps the old one.
    """
    lines = []
    for name, kind in kinds().items():
        for version in kind.versions:
            for level in LEVELS:
                digest = hashlib.blake2b(digest_size=8)
                for seed in range(50):
                    question = make(name, level, seed, version)
                    parts = [question.figure, question.code, question.answer.plain(), question.key]
                    numbers = re.findall(r"\d+", question.text[0])
                    shown = [c.text[0] for c in question.choices or ()]
                    digest.update(json.dumps([parts, numbers, shown], sort_keys=True).encode())
                lines.append(f"{name}.{level}.v{version} {digest.hexdigest()}")
    golden("questions.txt", "\n".join(lines))


def test_a_name_makes_the_question_again() -> None:
    for name in NAMES:
        question = make(name, "medium", 123456789012345)
        assert again(question.id) == question
        assert again(f" {question.id} ").choices == question.choices


def test_the_key_stands_everywhere_equally_often() -> None:
    places: Counter[int] = Counter()
    for name in NAMES:
        for question in variants(name, 60):
            if question.choices is not None and question.choices[-1].value is not None:
                places[question.key or 0] += 1
    total = sum(places.values())
    assert total > 1000
    # five standard deviations
    assert all(abs(places[i] - total / 4) < 5 * (total * 3 / 16) ** 0.5 for i in range(4)), places


def test_the_error_choice_stays_last_and_is_sometimes_right() -> None:
    questions = list(variants("code-runs"))
    assert all(q.choices is not None and q.choices[3].text == ("The code has an error", "Có lỗi") for q in questions)
    right = sum(q.key == 3 for q in questions)
    assert 0.35 < right / len(questions) < 0.65


# --- single kinds against brute force ---------------------------------------------------------------------------------


def test_which_inputs_by_trying_them_all() -> None:
    for k in (2, 3, 5):
        for stride in (1, 2, 3, 4):
            for padding in (0, 1, 2):
                if padding > k // 2:
                    continue
                net = cc.parse(f"conv 1@{k} s{stride} p{padding}")
                sizes = {m: trace(net, (1, m, m)).output[1] for m in range(max(1, k - 2 * padding), 60)}
                for size in (4, 5, 9):
                    low, high = inputs(size, k, stride, padding)
                    assert [m for m, made in sizes.items() if made == size] == list(range(low, high + 1))


def test_receptive_fields_by_the_layers() -> None:
    for question in variants("receptive-field", 60):
        windows = re.findall(r"a window of (\d+)×\d+(?:, stride (\d+))?(?:, dilation (\d+))?", question.text[0])
        spec = " > ".join(f"conv 1@{k} s{s or 1} d{d or 1}" for k, s, d in windows)
        axis = trace(cc.parse(spec), (1, 900, 900)).rows[-1].receptive_field[0]
        assert axis is not None
        assert axis.size == question.answer.value


# --- the stress test catches what is wrong ----------------------------------------------------------------------------


def changed(question: Question, place: int, **values: Any) -> Question:
    choices = list(question.choices or ())
    choices[place] = replace(choices[place], **values)
    return replace(question, choices=tuple(choices))


def test_the_rules_find_broken_questions() -> None:
    question = make("output-shape", "medium", 3)
    assert question.choices is not None
    assert question.key is not None
    key, wrong = question.choices[question.key], (question.key + 1) % 4
    broken = {
        "two right": changed(question, wrong, mistake=None),
        "none right": changed(question, question.key, mistake=question.choices[wrong].mistake),
        "same text": changed(question, wrong, text=key.text),
        "same value": changed(question, wrong, value=key.value),
        "other numbers": replace(question, text=(question.text[0] + " 7", question.text[1])),
        "empty text": replace(question, text=("", "")),
        "a hole": replace(question, text=(question.text[0] + "{x}", question.text[1])),
        "no steps": replace(question, explain=lambda: []),
        "two without a value": replace(
            question, choices=tuple(replace(c, value=None) if c.mistake else c for c in question.choices)
        ),
    }
    assert {name for name, one in broken.items() if not rules(one)} == set()
    free = make("compute-conv", "medium", 3)
    assert rules(replace(free, all_wrongs=lambda: [(free.answer.value, BY_NAME["no_plus_one"])]))


def test_stress_counts_and_balances(monkeypatch: pytest.MonkeyPatch) -> None:
    found = stressed(NAMES, 600, 1, False)
    assert (found.count, found.faults) == (600, [])
    real = make

    def first(name: str, level: str, seed: int, version: int | None = None) -> Question:
        """Every key comes first, and the longest."""
        question = real(name, level, seed, version)
        if question.choices is None or question.key is None:
            return question
        choices: list[Choice] = sorted(question.choices, key=lambda c: c.mistake is not None)
        return replace(question, choices=tuple(choices), key=0)

    monkeypatch.setattr("convcalc.quiz.stress.make", first)
    assert any("letter is not balanced" in fault for fault in stressed(["model-shape"], 200, 1, False).faults)


def test_a_kind_that_finds_no_fair_question(monkeypatch: pytest.MonkeyPatch) -> None:
    from convcalc.quiz.registry import Kind

    monkeypatch.setitem(
        kinds(), "never", Kind("never", "shapes", ("never", "không"), {1: lambda level, s: None}, {1: 1})
    )
    with pytest.raises(ConvcalcError) as error:
        make("never", "easy", 1)
    assert error.value.kind == "no_question"


# --- the stream -------------------------------------------------------------------------------------------------------


def test_the_stream_is_fixed_and_even() -> None:
    drawn = [Stream("a", 1).below(1000) for _ in range(2)]
    assert drawn[0] == drawn[1]
    stream = Stream("even")
    counts = Counter(stream.below(6) for _ in range(60_000))
    assert (
        sum((counts[i] - 10_000) ** 2 / 10_000 for i in range(6)) < 30
    )  # chi squared with 5 degrees; 30 is 1 in 70,000
    orders = Counter(tuple(Stream("shuffle", i).shuffled("abc")) for i in range(6000))
    assert len(orders) == 6
    assert sum((n - 1000) ** 2 / 1000 for n in orders.values()) < 30
    with pytest.raises(ValueError, match="no number below 0"):
        stream.below(0)


# --- the commands -----------------------------------------------------------------------------------------------------


def test_sample_prints_the_contract(convcalc: Run) -> None:
    ran = convcalc("quiz", "sample", "-n", "60", "--seed", "11", "--json", "--lang", "vi")
    lines = ran.out.splitlines()
    assert (ran.code, len(lines)) == (0, 60)
    for line in lines:
        one = json.loads(line)
        wanted = {"id", "kind", "level", "lang", "text", "code", "choices", "key", "mistakes", "steps", "feedback"}
        assert wanted <= set(one)
        assert one["lang"] == "vi"
        if one["choices"] is not None:
            assert len(one["choices"]) == len(one["mistakes"]) == len(one["feedback"]) == 4
            assert [m is None for m in one["mistakes"]] == [i == one["key"] for i in range(4)]
        else:
            assert one["mistakes"] is None
    assert convcalc("quiz", "sample", "-n", "60", "--seed", "11", "--json", "--lang", "vi").out == ran.out


def test_sample_of_one_kind_and_level(convcalc: Run) -> None:
    ran = convcalc("quiz", "sample", "--kind", "macs", "--level", "hard", "--seed", "4", "-n", "3", "--json")
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [f"macs.hard.{i}.v1" for i in (4, 5, 6)]


def test_answer_prints_the_contract(convcalc: Run) -> None:
    question = make("output-shape", "easy", 42)
    assert question.choices is not None
    assert question.key is not None
    ran = convcalc("quiz", "answer", question.id, LETTERS[question.key], "--json")
    found = json.loads(ran.out)
    assert (ran.code, found["correct"], found["score"], found["mistake"]) == (0, True, 1, None)
    wrong = (question.key + 1) % 4
    ran = convcalc("quiz", "answer", question.id, LETTERS[wrong], "--json", "--lang", "vi")
    found = json.loads(ran.out)
    mistake = question.choices[wrong].mistake
    assert mistake is not None
    assert (ran.code, found["correct"], found["mistake"]) == (1, False, mistake.name)
    assert mistake.vi[1:20] in found["feedback"]
    ran = convcalc("quiz", "answer", question.id, "perhaps")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be read" in ran.err


def test_kinds_are_listed(convcalc: Run) -> None:
    listed = json.loads(convcalc("quiz", "kinds", "--json").out)
    assert [one["name"] for one in listed] == NAMES
    assert "receptive-field" in convcalc("quiz", "kinds", "--lang", "vi").out


def test_the_sample_page(convcalc: Run, tmp_path: Any) -> None:
    page = tmp_path / "page.md"
    assert convcalc("quiz", "sample", "-n", "20", "--seed", "3", "--markdown", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("**Đáp án:**") == text.count("**Answer:**") == 20


def test_stress_from_the_command_line(convcalc: Run) -> None:
    ran = convcalc("quiz", "stress", "--kinds", "shapes,macs", "-n", "90", "--torch", "--json")
    found = json.loads(ran.out)
    assert (ran.code, found["variants"], found["faults"], found["confirmed"]) == (0, 90, [], 90)
    assert sorted(found["kinds"]) == ["macs", "model-shape", "output-shape"]
    assert "no rule is broken" in convcalc("quiz", "stress", "-n", "60").out


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("unknown_kind", ("quiz", "sample", "--kind", "parms"), "'parms'"),
        ("unknown_topic", ("quiz", "--topic", "cats"), "'cats'"),
        ("unknown_topic", ("quiz", "stress", "--kinds", "params,cats"), "'cats'"),
        ("other_version", ("quiz", "answer", "params.easy.4.v9", "a"), "version 9"),
        ("bad_question_id", ("quiz", "answer", "params", "a"), "'params'"),
        ("bad_question_id", ("quiz", "answer", "params.easy.-4.v1", "a"), "'params.easy.-4.v1'"),
        ("unknown_kind", ("quiz", "answer", "parms.easy.4.v1", "a"), "'parms'"),
        ("unreadable_answer", ("quiz", "answer", "params.easy.4.v1", "zzz"), "'zzz'"),
        ("out_of_range", ("quiz", "-n", "0"), "-n"),
        ("out_of_range", ("quiz", "sample", "-n", "-3"), "-n"),
        ("out_of_range", ("quiz", "sample", "--seed", "-3"), "--seed"),
        ("out_of_range", ("quiz", "make", "x.toml", "--copies", "0", "--out", "x"), "--copies"),
    ],
)
def test_bad_words(convcalc: Run, kind: str, words: tuple[str, ...], said: str) -> None:
    for lang in ("en", "vi"):
        ran = convcalc(*words, "--lang", lang)
        assert ran.code == 2
        assert lang == "vi" or said in ran.err.replace("\n", " ")
        assert ran.out == ""
        assert "Traceback" not in ran.err


def test_a_level_that_is_none() -> None:
    with pytest.raises(ConvcalcError) as error:
        make("params", "simple", 1)
    assert error.value.kind == "unknown_level"


def test_the_order_of_kinds_does_not_depend_on_what_was_loaded_first() -> None:
    import subprocess
    import sys

    listed = []
    for first in ("formulas", "backwards", "weights"):
        code = f"import convcalc.quiz.kinds.{first}\nfrom convcalc.quiz.registry import kinds\nprint(list(kinds()))"
        listed.append(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert listed == [f"{NAMES}\n"] * 3


def test_questions_need_neither_torch_nor_sympy() -> None:
    import subprocess
    import sys

    code = "import sys\nfrom convcalc.cli import main\nfrom convcalc.quiz.stress import stressed\nfrom convcalc.quiz.registry import kinds\nstressed(list(kinds()), 120, 0, False)\nprint(sorted({'torch', 'sympy', 'numpy', 'fsrs', 'questionary'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
