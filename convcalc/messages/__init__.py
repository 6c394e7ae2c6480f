"""Every way to go wrong: one table from an error's kind to its sentence, its hint and its exit code, in both languages.

Exit codes: 1 a check, claim or answer is wrong; 2 the input is wrong; 3 something outside is missing.
"""

from __future__ import annotations

from convcalc.messages import code, data, numbers, outside, quiz, shapes, sheets, specs, training
from convcalc.messages.kind import Kind

__all__ = ["KINDS", "Kind"]

KINDS: dict[str, Kind] = (
    specs.KINDS
    | shapes.KINDS
    | numbers.KINDS
    | sheets.KINDS
    | code.KINDS
    | quiz.KINDS
    | training.KINDS
    | data.KINDS
    | outside.KINDS
)
