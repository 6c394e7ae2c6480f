"""Verdicts: every claim is right, wrong with its likeliest causes, or unclear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from convcalc.verify.asked import WorksKind
from convcalc.verify.kinds import KINDS
from convcalc.verify.sheet import Cause, Claim, Sheet
from convcalc.words import say


@dataclass(frozen=True)
class Verdict:
    """What was claimed and what is right, in words; `verdict` is right, wrong or unclear.

    `causes` and `reason` are (English, Vietnamese); the reason says why a claim is unclear, or what an error is.
    """

    claim: Claim
    verdict: str
    claimed: str
    right: str | None
    causes: list[Cause] = field(default_factory=list)
    reason: Cause | None = None

    def texts(self, lang: str) -> tuple[str, str]:
        """(claimed, right) in the language; the words for code that works or not are the only ones in them."""
        right = self.right or ""
        if self.claim.kind != "works":
            return self.claimed, right
        words = {"it works": say("works", lang), "an error": say("fails", lang)}
        return words[self.claimed], words[right]


def judge(claim: Claim) -> Verdict:
    """Work out one claim; raises `ConvcalcError` with its line where it cannot be worked out at all."""
    kind = KINDS[claim.kind]
    claimed = kind.show_claimed(claim)
    if claim.kind == "unclear":
        return Verdict(claim, "unclear", "?", None, reason=(claim.claimed, claim.claimed))
    right = kind.right(claim)
    fits = kind.fits(claim, right)
    reason = _reason(claim, kind, right)
    shown = kind.show(claim, right)
    if fits:
        # A question without an answer says which of its choices is right.
        return Verdict(claim, "right", shown if claim.claimed is None else claimed, shown, reason=reason)
    from convcalc.verify.causes import causes

    return Verdict(claim, "wrong", claimed, shown, causes(claim, right), reason)


def _reason(claim: Claim, kind: Any, right: Any) -> Cause | None:
    if isinstance(kind, WorksKind) and right is False:
        problem = kind.problem(claim)
        assert problem is not None
        return problem.message("en"), problem.message("vi")
    if claim.kind == "choices" and len(right) != 1:
        count = len(right)
        return f"{count} of the choices are right", f"có {count} lựa chọn đúng"
    return None


def judge_sheet(sheet: Sheet) -> list[Verdict]:
    """The verdicts of all claims, in order."""
    return [judge(claim) for claim in sheet.claims]


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many are right, wrong and unclear."""
    found = {"right": 0, "wrong": 0, "unclear": 0}
    for verdict in verdicts:
        found[verdict.verdict] += 1
    return found
