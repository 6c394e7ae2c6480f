"""What PyTorch's functions and tensor methods are in layers: one table for both ways to import.

A rule gets the builder, the values and arguments of a call, and returns a value; it raises `Unreadable` where it cannot say.
"""

from __future__ import annotations

from convcalc.importing.ops import branches, cells, shapes, windows  # each adds its rules
from convcalc.importing.ops.call import RULES, Call, Mistaken, Unreadable

__all__ = ["RULES", "Call", "Mistaken", "Unreadable", "branches", "cells", "shapes", "windows"]
