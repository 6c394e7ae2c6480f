"""Thousands of variants against every rule of a fair question, and what the numbers look like."""

from __future__ import annotations

import gc
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcalc.errors import ConvcalcError
from convcalc.quiz.answers import TableAnswer
from convcalc.quiz.choosing import size
from convcalc.quiz.grading import LETTERS, grade, grade_choice
from convcalc.quiz.making import make
from convcalc.quiz.question import LEVELS, Question
from convcalc.quiz.reading import Unreadable
from convcalc.words import decimal, pick

# A share that is so many standard deviations from even is no chance (6 in 100,000 tries of it would be none).
SIGMAS = 5.0
# A rule of thumb that finds the key more often than this gives it away; a guess finds one in four.
GUESSED = 0.5
RANKED = 60  # with fewer variants, a share says nothing
CONFIRMED = 300
SHOWN = 12
# The steps, which take the longest, are looked at in one of so many variants.
STEPS_OF = 7
_NUMBERS = re.compile(r"[0-9]+(?:[.,][0-9]+)?")


@dataclass
class KindStress:
    """What was seen of one kind."""

    count: int = 0
    choices: int = 0  # variants that are asked with choices
    keys: Counter[int] = field(default_factory=Counter)  # place of the key
    levels: Counter[str] = field(default_factory=Counter)  # those by level
    shuffled: int = 0  # variants whose key may stand anywhere
    longest: int = 0
    ranks: dict[str, Counter[int]] = field(default_factory=dict)  # by level: how many choices are smaller than the key
    likest: dict[str, Counter[bool]] = field(
        default_factory=dict
    )  # by level: whether the key shares most with the others
    same: int = 0  # variants that were there before
    low: float | None = None
    high: float | None = None
    seen: set[int] = field(default_factory=set)


@dataclass
class Stress:
    """The result: what broke, and the figures of each kind."""

    kinds: dict[str, KindStress]
    faults: list[str]
    seconds: float
    making: float = 0.0  # seconds, without the checks
    confirmed: int = 0
    torch: bool = False

    @property
    def count(self) -> int:
        return sum(one.count for one in self.kinds.values())

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def as_object(self) -> dict[str, Any]:
        """The object that `convcalc quiz stress --json` prints."""
        return {
            "variants": self.count, "seconds": round(self.seconds, 3), "rate": round(self.rate), "made_a_second": round(self.count / max(self.making, 1e-9)), "faults": self.faults,
            "confirmed": self.confirmed if self.torch else None,
            "kinds": {
                name: {
                    "variants": one.count, "with_choices": one.choices, "duplicates": one.same, "smallest_key": one.low, "largest_key": one.high,
                    "letters": {LETTERS[i]: one.keys[i] for i in sorted(one.keys)}, "key_is_longest": one.longest,
                    "smaller_choices": {level: [ranks[i] for i in range(4)] for level, ranks in one.ranks.items()},
                    "key_shares_most": {level: found[True] for level, found in one.likest.items()},
                }
                for name, one in self.kinds.items()
            },
        }  # fmt: skip


def stressed(names: Sequence[str], count: int, seed: int, second: bool) -> Stress:
    """Make `count` variants of these kinds in turn and check each; `second` confirms some of the keys with torch."""
    found = Stress({name: KindStress() for name in names}, [], 0.0)
    begun = time.perf_counter()
    gc.freeze()  # what is loaded by now stays, so it need not be looked at again and again
    for i in range(count):
        name, level, number = names[i % len(names)], LEVELS[i // len(names) % 3], seed + i // len(names)
        since = time.perf_counter()
        try:
            question = make(name, level, number)
        except ConvcalcError as error:
            found.faults.append(f"{name}.{level}.{number}: {error.message()}")
            continue
        found.making += time.perf_counter() - since
        found.faults += [f"{question.id}: {fault}" for fault in rules(question, with_steps=i % STEPS_OF == 0)]
        _count(found.kinds[name], question)
        if i % 20 == 0 and make(name, level, number) != question:
            found.faults.append(f"{question.id}: made again, it is another one")
    found.seconds = time.perf_counter() - begun
    for name, one in found.kinds.items():
        found.faults += [f"{name}: {fault}" for fault in _balance(one)]
    if second:
        _confirm(found, names, min(count, CONFIRMED), seed)
    return found


def rules(question: Question, with_steps: bool = True) -> list[str]:
    """The rules of a fair question that this one breaks."""
    faults = []
    if any(not text.strip() or "{" in text or "None" in text for text in question.text):
        faults.append("a text is not whole")
    if sorted(_NUMBERS.findall(question.text[0])) != sorted(
        n.replace(",", ".") for n in _NUMBERS.findall(question.text[1])
    ):
        faults.append("the texts do not have the same numbers")
    steps = question.steps if with_steps else [("-", "-")]
    if not steps or not all(all(step) for step in steps):
        faults.append("a step is missing")
    if question.choices is None:
        return faults + _free(question)
    for lang in (0, 1):
        texts = [choice.text[lang] for choice in question.choices]
        if len(set(texts)) != 4:
            faults.append("two choices are the same")
    right = [i for i, choice in enumerate(question.choices) if choice.mistake is None]
    if right != [question.key]:
        faults.append(f"{len(right)} choices are right")
    if sum(choice.value is None for choice in question.choices) > 1:
        faults.append("two choices say that there is no answer")
    for i, choice in enumerate(question.choices):
        graded = grade_choice(question, i)
        if graded.correct != (i == question.key) or graded.mistake is not choice.mistake:
            faults.append(f"choice {LETTERS[i]} is graded otherwise")
        if choice.value is not None and i != question.key and question.answer.same(choice.value):
            faults.append(f"choice {LETTERS[i]} is right too")
    return faults


def _free(question: Question) -> list[str]:
    """Whether what is shown as right is read and graded as right, and what a mistake gives as wrong."""
    faults = []
    for text in dict.fromkeys(question.right(lang) for lang in ("en", "vi")):
        try:
            if not grade(question, text).correct:
                faults.append(f"its own answer is graded as wrong: {text}")
        except Unreadable as error:
            faults.append(f"its own answer cannot be read: {error}")
    wrongs = question.wrongs
    right = (
        question.answer.same
        if isinstance(question.answer, TableAnswer)
        else lambda value: question.answer.score(value) == 1
    )
    if any(right(value) for value, _ in wrongs):
        faults.append("what a mistake gives is graded as right")
    return faults


def _count(one: KindStress, question: Question) -> None:
    one.count += 1
    print_of = hash((question.text, question.code, question.figure))
    one.same += print_of in one.seen
    one.seen.add(print_of)
    value = question.answer.value
    if isinstance(value, int):
        one.low = value if one.low is None else min(one.low, value)
        one.high = value if one.high is None else max(one.high, value)
    if question.choices is None or question.key is None:
        return
    one.choices += 1
    one.levels[question.level] += 1
    if question.choices[-1].value is not None:  # no choice that stays last
        one.shuffled += 1
        one.keys[question.key] += 1
        texts = [len(choice.text[0]) for choice in question.choices]
        one.longest += texts[question.key] == max(texts) and texts.count(max(texts)) == 1
        values = [choice.value for choice in question.choices]
        if question.answer.form in ("number", "shape"):
            sizes = [size(value) for value in values]
            if len(set(sizes)) == 4:
                below = sum(other < sizes[question.key] for other in sizes)
                one.ranks.setdefault(question.level, Counter())[below] += 1
        shared = [_shared(value, values) for value in values]
        if len(set(shared)) > 1:
            most = [i for i, n in enumerate(shared) if n == max(shared)]
            one.likest.setdefault(question.level, Counter())[most == [question.key]] += 1


def _shared(value: Any, others: Sequence[Any]) -> int:
    """How many numbers of a choice stand at the same place in the others."""
    parts = [
        tuple(_NUMBERS.findall(one)) if isinstance(one, str) else one if isinstance(one, tuple) else (one,)
        for one in (value, *others)
    ]
    return sum(a == b for other in parts[1:] for a, b in zip(parts[0], other, strict=False))


def _balance(one: KindStress) -> list[str]:
    """Whether the key stands at every place equally often, and whether a rule of thumb finds it."""
    n, faults = one.shuffled, []
    if n >= 100:
        spread = sqrt(n * 0.25 * 0.75)
        if any(abs(one.keys[i] - n / 4) > SIGMAS * spread for i in range(4)):
            faults.append(f"the key's letter is not balanced: {dict(sorted(one.keys.items()))}")
        if one.longest / n > GUESSED:
            faults.append(f"the longest choice is the key {one.longest} times in {n}")
    for level, ranks in one.ranks.items():
        total = sum(ranks.values())
        for below, times in ranks.items():
            if total >= RANKED and times / total > GUESSED:
                faults.append(f"{level}: with {below} choices smaller, the key is found {times} times in {total}")
    for level, found in one.likest.items():
        total = one.levels[level]
        if total >= RANKED and found[True] / total > GUESSED:
            faults.append(
                f"{level}: the choice that shares most with the others is the key {found[True]} times in {total}"
            )
    return faults


def _confirm(found: Stress, names: Sequence[str], count: int, seed: int) -> None:
    try:
        from convcalc.torchside.questions import confirm
    except ImportError:
        return
    found.torch = True
    for i in range(count):
        question = make(names[i % len(names)], LEVELS[i // len(names) % 3], seed + i // len(names))
        fault = confirm(question)
        if fault is not None:
            found.faults.append(f"{question.id}: torch says otherwise: {fault}")
        found.confirmed += 1


def report(found: Stress, lang: str) -> RenderableType:
    """The figures of each kind, and what broke."""
    table = Table(box=None, pad_edge=False)
    heads = pick(
        lang, "kind,variants,duplicates,keys a b c d,smallest key,largest key",
        "loại,biến thể,trùng,đáp án a b c d,nhỏ nhất,lớn nhất",
    )  # fmt: skip
    for i, title in enumerate(heads.split(",")):
        table.add_column(title, header_style="bold", justify="right" if i else "left")
    for name, one in found.kinds.items():
        keys = " ".join(str(one.keys[i]) for i in range(4)) if one.shuffled else "–"
        low, high = ("–" if v is None else f"{v:g}" if v < 10**6 else str(v) for v in (one.low, one.high))
        table.add_row(name, str(one.count), str(one.same), keys, low, high)
    seconds = decimal(f"{found.seconds:.1f}", lang)
    lines = [
        Text(),
        Text(
            pick(
                lang, f"{found.count} variants in {seconds} s, {found.rate:.0f} a second; made at {found.count / max(found.making, 1e-9):.0f} a second, the rest is checking",
                f"{found.count} biến thể trong {seconds} s, {found.rate:.0f} biến thể/giây; riêng việc tạo là {found.count / max(found.making, 1e-9):.0f} biến thể/giây",
            )
        ),
    ]  # fmt: skip
    if found.torch:
        lines.append(
            Text(
                pick(lang, f"{found.confirmed} keys confirmed by torch", f"torch đã đối chiếu {found.confirmed} đáp án")
            )
        )
    if found.faults:
        lines.append(Text(pick(lang, f"{len(found.faults)} rules broken:", f"{len(found.faults)} lỗi:"), style="red"))
        lines += [Text(f"  {fault}") for fault in found.faults[:SHOWN]]
    else:
        lines.append(Text(pick(lang, "no rule is broken", "không vi phạm quy tắc nào"), style="green"))
    return Group(table, *lines)
