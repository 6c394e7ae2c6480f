"""Claims about a whole question: whether code works, which choice is right, and what cannot be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.tracing import trace
from convcalc.verify.kinds import KINDS, ROW_KEYS, Kind, kind, placed, subject, wrong_value
from convcalc.verify.sheet import Claim


@kind("works")
class WorksKind(Kind):
    """Whether the network takes the input: true for code that is shown to work, false for "this is an error"."""

    def read(self, claim: Claim) -> list[Claim]:
        if not isinstance(claim.claimed, bool):
            raise wrong_value(claim, "true or false", "true hoặc false")
        net, x = placed(claim, lambda: subject(claim))
        return [replace(claim, given=claim.given | {"layer": net, "shape": x})]

    def right(self, claim: Claim) -> bool:
        return self.problem(claim) is None

    def problem(self, claim: Claim) -> ConvcalcError | None:
        """What is wrong with the network, if anything is."""
        try:
            trace(claim.given["layer"], claim.given["shape"])
        except ConvcalcError as error:
            return error
        return None

    def show(self, claim: Claim, value: bool) -> str:
        return "it works" if value else "an error"


@kind("choices")
class ChoicesKind(Kind):
    """A multiple-choice question: {a = "32,24,24", b = "error"}, with `answer`; without it, exactly one must be right.

    `of` says what is asked for: shape (the usual), size, params, values or weight. "none" is right if no other choice is.
    """

    def read(self, claim: Claim) -> list[Claim]:
        table = claim.claimed
        answer = claim.given.get("answer")
        asked = claim.given.get("of", "shape")
        if not isinstance(table, dict) or len(table) < 2 or (answer is not None and answer not in table):
            raise wrong_value(claim, "a table of choices, and an answer among them", "một bảng các lựa chọn, và đáp án nằm trong đó")  # fmt: skip
        if asked not in ROW_KEYS:
            raise wrong_value(claim, f"of = one of {', '.join(ROW_KEYS)}", f"of = một trong {', '.join(ROW_KEYS)}")
        net, x = placed(claim, lambda: subject(claim))
        choices: dict[str, Claim | str] = {}
        for letter, value in table.items():
            if value in ("error", "none"):
                choices[letter] = value
                continue
            choices[letter] = KINDS[asked].read(replace(claim, kind=asked, claimed=value))[0]
        return [replace(claim, claimed=answer, given=claim.given | {"choices": choices, "layer": net, "shape": x})]

    def right(self, claim: Claim) -> list[str]:
        """The letters of all right choices."""
        choices: dict[str, Claim | str] = claim.given["choices"]
        found = []
        for letter, choice in choices.items():
            if isinstance(choice, Claim):
                measured = KINDS[choice.kind]
                try:
                    if measured.fits(choice, measured.right(choice)):
                        found.append(letter)
                except ConvcalcError:
                    continue
            elif choice == "error" and KINDS["works"].right(claim) is False:
                found.append(letter)
        return found or [letter for letter, choice in choices.items() if choice == "none"]

    def fits(self, claim: Claim, right: list[str]) -> bool:
        return len(right) == 1 and claim.claimed in (None, right[0])

    def show(self, claim: Claim, value: Sequence[str] | str | None) -> str:
        choices: dict[str, Claim | str] = claim.given["choices"]
        if value is None:
            return "/".join(choices)
        return ", ".join(f"{letter}) {self._text(choices[letter])}" for letter in value) or "—"

    def _text(self, choice: Claim | str) -> str:
        return choice if isinstance(choice, str) else KINDS[choice.kind].show_claimed(choice)


@kind("unclear")
class UnclearKind(Kind):
    """Something that cannot be checked, with the reason."""

    def read(self, claim: Claim) -> list[Claim]:
        if not isinstance(claim.claimed, str) or not claim.claimed.strip():
            raise wrong_value(claim, "the reason, in words", "lý do, viết bằng lời")
        return [claim]

    def show(self, claim: Claim, value: Any) -> str:
        return "?"
