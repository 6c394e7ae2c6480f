"""Reading Python code without running it: enough of the language for models, step by step over the syntax tree.

Only numbers, strings, lists, layers and tensors are followed. No code of the user's is compiled or called, and nothing is imported.
"""

from __future__ import annotations

from convcalc.importing.calls import Calls
from convcalc.importing.expressions import Expressions
from convcalc.importing.library import Library
from convcalc.importing.statements import Statements


class Interpreter(Statements, Expressions, Calls, Library):
    """Follows code; calls of layers on tensors go to `build`."""
