"""Questions and papers as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from convcalc.quiz.grading import LETTERS
from convcalc.quiz.objects import lettered
from convcalc.quiz.paper import Asked, Paper
from convcalc.quiz.question import LEVELS_VI, Question
from convcalc.quiz.registry import kinds
from convcalc.words import pick


def escaped(text: str) -> str:
    """A name that is not ours, such as a student's, with nothing in it that Markdown or HTML would act on."""
    text = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_\[\]#|~])", r"\\\1", text)
    return re.sub(r"^(\s*(?:[0-9]+(?=[.)]))?)([-+.)])", r"\1\\\2", text)  # a list at the beginning of a line


def question_lines(question: Question, lang: str, picture: str | None = None) -> list[str]:
    """The text of a question with its figure (a picture's file, or text), code and choices."""
    which = 1 if lang == "vi" else 0
    lines = [_fenced_messages(question.text[which]), ""]
    if picture is not None:
        lines += [f"![{pick(lang, 'figure', 'hình')}]({picture})", ""]
    elif question.figure is not None:
        lines += ["```text", question.figure[which], "```", ""]
    if question.code is not None:
        lines += ["```python", question.code, "```", ""]
    if question.choices is not None:
        for line in lettered(question, lang):
            letter, _, text = line.partition(") ")
            code = text.startswith(("nn.", "self."))
            lines.append(f"{letter}) `{text}`  " if code else f"{letter}) {_plain(text)}  ")
        lines.append("")
    return lines


def _plain(text: str) -> str:
    return text.replace("*", r"\*")


def _fenced_messages(text: str) -> str:
    """A line of torch's own inside a text stands in a block of its own."""
    return re.sub(r"\n\n(RuntimeError: [^\n]*)\n\n", r"\n\n```text\n\1\n```\n\n", text)


def solution_lines(question: Question, lang: str) -> list[str]:
    """What is right, why each wrong choice is wrong, and the steps."""
    which = 1 if lang == "vi" else 0
    letter = "" if question.key is None else f"{LETTERS[question.key]}) "
    lines = [f"**{pick(lang, 'Answer', 'Đáp án')}:** {letter}`{question.right(lang)}`", ""]
    for i, choice in enumerate(question.choices or ()):
        if choice.mistake is not None:
            lines.append(f"- {LETTERS[i]}) {_plain(choice.mistake.says(lang))}")
    if question.choices is not None:
        lines.append("")
    lines += ["```text", *(step[which] for step in question.steps), "```", ""]
    return lines


def paper_text(
    paper: Paper, asked: Sequence[Asked], lang: str, student: str = "", name: str = "", pictures: Mapping[int, str] | None = None
) -> str:  # fmt: skip
    """A student's paper; `pictures` are the files of figures by the number of the question."""
    which = 1 if lang == "vi" else 0
    lines = [f"# {escaped(paper.title[which])}", ""]
    who = " · ".join(escaped(part) for part in (name, student) if part)
    lines += [f"{who}  " if who else pick(lang, "Name: ", "Họ tên: ") + "…" * 20 + "  "]
    lines += [
        pick(
            lang,
            f"{_marks(paper.marks, lang)} mark" + ("s" if paper.marks != 1 else ""),
            f"Tổng: {_marks(paper.marks, lang)} điểm",
        ),
        "",
    ]
    if paper.note[which]:
        lines += [paper.note[which], ""]
    section = -1
    for one in asked:
        if one.section != section:
            section = one.section
            part = paper.sections[section]
            if part.title[which]:
                lines += [f"## {escaped(part.title[which])}", ""]
            if part.note[which]:
                lines += [part.note[which], ""]
        title = pick(lang, f"Question {one.number}", f"Câu {one.number}")
        marks = pick(
            lang,
            f"({_marks(one.marks, lang)} marks)" if one.marks != 1 else "(1 mark)",
            f"({_marks(one.marks, lang)} điểm)",
        )
        lines += [f"**{title}** {marks}", "", *question_lines(one.question, lang, (pictures or {}).get(one.number))]
    return "\n".join(lines).rstrip() + "\n"


def key_text(paper: Paper, asked: Sequence[Asked], lang: str, student: str) -> str:
    """The answers to a student's paper, with the steps."""
    which = 1 if lang == "vi" else 0
    lines = [f"# {escaped(paper.title[which])} · {escaped(student)}", ""]
    for one in asked:
        lines += [f"## {one.number}. `{one.question.id}`", "", *solution_lines(one.question, lang)]
    return "\n".join(lines).rstrip() + "\n"


def _marks(marks: float, lang: str) -> str:
    text = f"{marks:g}"
    return text.replace(".", ",") if lang == "vi" else text


def sample_page(questions: Sequence[Question]) -> str:
    """Questions with their answers, in Vietnamese and in English."""
    lines = [
        "# Sample questions", "",
        "Made by `convcalc quiz sample --markdown`; each is made again by its name: `convcalc quiz answer NAME ANSWER`.", "",
    ]  # fmt: skip
    for number, question in enumerate(questions, 1):
        title = kinds()[question.kind].title
        lines += [f"## {number}. `{question.id}`", ""]
        for lang in ("vi", "en"):
            level = pick(lang, question.level, LEVELS_VI[question.level])
            head = title[1 if lang == "vi" else 0]
            lines += [f"### {head[:1].upper()}{head[1:]} ({level})", "", *question_lines(question, lang)]
            lines += solution_lines(question, lang)
    return "\n".join(lines).rstrip() + "\n"
