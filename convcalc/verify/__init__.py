"""Slide answers: claims read from a sheet, judged, and the likeliest cause of each wrong one."""

from __future__ import annotations

from convcalc.verify.judge import Verdict, judge, judge_sheet
from convcalc.verify.sheet import Claim, Sheet, read_sheet

__all__ = ["Claim", "Sheet", "Verdict", "judge", "judge_sheet", "read_sheet"]
