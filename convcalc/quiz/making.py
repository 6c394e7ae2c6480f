"""Making a question, and making it again from its name."""

from __future__ import annotations

import re

from convcalc.errors import ConvcalcError
from convcalc.quiz.choosing import choices_of
from convcalc.quiz.question import LEVELS, Draft, Question
from convcalc.quiz.registry import kinds
from convcalc.quiz.stream import Draws

# So often numbers are drawn again until they make a fair question.
TRIES = 200
_ID = re.compile(
    r"(?P<kind>[a-z][a-z-]*)\.(?P<level>easy|medium|hard)\.(?P<seed>[0-9]{1,15})\.v(?P<version>[0-9]{1,3})"
)


def make(name: str, level: str, seed: int, version: int | None = None) -> Question:
    """The question of that name: always the same numbers, and the same order of choices in both languages."""
    found = kinds().get(name)
    if found is None:
        raise ConvcalcError("unknown_kind", name=name, known=", ".join(kinds()))
    if level not in LEVELS:
        raise ConvcalcError("unknown_level", name=level, known=", ".join(LEVELS))
    version = found.version if version is None else version
    if version not in found.versions:
        raise ConvcalcError("other_version", kind=name, version=version, known=", ".join(map(str, found.versions)))
    edition = found.editions[version]
    for attempt in range(TRIES):
        draft = found.versions[version](level, Draws(name, level, seed, version, attempt, edition))
        question = None if draft is None else question_of(draft, name, level, seed, version, edition=edition)
        if question is not None:
            return question
    raise ConvcalcError("no_question", name=name, level=level, seed=seed)


def again(text: str) -> Question:
    """The question with an id, such as output-shape.easy.42.v1."""
    found = _ID.fullmatch(text.strip())
    if found is None:
        raise ConvcalcError("bad_question_id", text=text[:60])
    return make(found["kind"], found["level"], int(found["seed"]), int(found["version"]))


def question_of(
    draft: Draft, name: str, level: str, seed: int, version: int, label: str | None = None, edition: int = 1
) -> Question | None:
    """The draft with its choices in order; None where it does not make a fair question. `label` is a name of its own."""
    order = Draws(name, level, seed, version, "order", edition)
    # a teacher's own question is asked as it was wanted, even where its numbers lie to one side of the key
    choices = choices_of(draft, order, fair=label is None) if draft.choices else None
    # A number that can be typed needs no choices where they would give it away.
    if draft.choices and choices is None and (draft.last is not None or draft.answer.form != "number"):
        return None
    key = None if choices is None else next(i for i, choice in enumerate(choices) if choice.mistake is None)
    return Question(
        name, level, seed, version, draft.text, draft.answer, draft.steps, draft.hint, draft.code, draft.figure, choices, key,
        lambda: draft.ways(Draws(name, level, seed, version, "all", edition)), label, draft.picture,
    )  # fmt: skip
