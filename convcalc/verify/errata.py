"""Wrong claims as a table in Markdown: deck, page, what is claimed, what is right, the likeliest cause."""

from __future__ import annotations

from collections.abc import Sequence

from convcalc.verify.judge import Verdict, counts
from convcalc.verify.report import page_name
from convcalc.verify.sheet import Sheet
from convcalc.words import pick, say


def errata(judged: Sequence[tuple[Sheet, Sequence[Verdict]]], lang: str) -> str:
    """The page; nothing in it is anything but what the run says."""
    which = 1 if lang == "vi" else 0
    summary = say("verify.summary", lang, **counts(v for _, verdicts in judged for v in verdicts))
    lines = [
        pick(lang, "# Wrong numbers on the slides", "# Những con số sai trên slide"),
        "",
        pick(
            lang,
            "Made by `convcalc verify --markdown`; do not edit.",
            "Tạo bằng `convcalc verify --markdown`; không sửa tay.",
        )
        + f" {summary}.",
    ]
    for sheet, verdicts in judged:
        wrong = [v for v in verdicts if v.verdict == "wrong"]
        if not wrong:
            continue
        heads = [say(key, lang) for key in ("page", "claim", "claimed", "right", "cause")]
        lines += [
            "",
            f"## {_plain(sheet.title or sheet.deck)}",
            "",
            _plain(sheet.deck),
            "",
            _row(heads),
            _row(["---"] * len(heads)),
        ]
        for v in wrong:
            why = v.causes[0][which] if v.causes else v.reason[which] if v.reason else ""
            cells = [page_name(sheet, v.claim.page, lang), v.claim.label, *v.texts(lang), why]
            lines.append(_row(list(map(_plain, cells))))
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """A text that Markdown does not read as anything else."""
    for mark in ("\\", "|", "*", "_", "<", "`", "["):
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", " ")
