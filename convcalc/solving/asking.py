"""The ways to ask: `solve(spec, input, output)` finds letters; `find` names what to look for where no letter stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from convcalc.errors import ConvcalcError, SpecError
from convcalc.formula import symbol
from convcalc.layers import Layer
from convcalc.rebuild import changed, leaves, letters_of
from convcalc.scan import as_shape
from convcalc.shape import Shape
from convcalc.solving.answer import Answer, Solution, solution_of
from convcalc.solving.problem import MOST, Goal, Problem, with_kernels
from convcalc.solving.repeats import solve_letters
from convcalc.solving.same import same_padding_of
from convcalc.spec import read_spec
from convcalc.tracing import trace

# What `find` may be, and the field it stands for.
FIELDS = {
    "kernel": "kernel_size",
    "stride": "stride",
    "padding": "padding",
    "dilation": "dilation",
    "kernels": "out_channels",
}
FINDABLE = ("input", "in_features", *FIELDS)


def solve(
    net: Layer | str,
    input: Any = None,
    output: Any = None,
    find: str | None = None,
    *,
    params: int | None = None,
    macs: int | None = None,
    field: int | None = None,
    everything: bool = False,
    most: int = MOST,
) -> Answer:
    """The numbers for the letters of a network that give an output, best first; `convcalc.solving.order` says what is best.

    `net` is a spec or a layer with letters (conv KxK sS pP), `input` and `output` are shapes; letters of the input hold for all
    sizes. `find` asks for "input" (the sizes that give the output), "in_features" (of the linear layers), or a field of the only
    layer with a window ("kernel", "stride", "padding", "dilation", "kernels"); "padding" without an output means 'same':
    ⌈M/S⌉. `params` and `macs` are budgets, `field` is the least receptive field. Letters of windows are tried up to `most`
    where no closed form bounds them. Raises `ConvcalcError` where the question itself does not fit.
    """
    usual: str | None = None
    marks: dict[str, str] = {}
    if isinstance(net, str):
        text, marks = _letters_for_marks(net)
        read = read_spec(text)
        net, usual = read.layer, read.usual_input
    answer = _asked(net, usual, input, output, find, Goal(None, params, macs, field), everything, most)
    return _renamed(answer, marks) if marks else answer


def _asked(
    net: Layer, usual: str | None, input: Any, output: Any, find: str | None, goal: Goal, everything: bool, most: int
) -> Answer:
    if find not in (None, *FINDABLE):
        raise ConvcalcError("not_findable", asked=find, known=", ".join(FINDABLE))
    asked = None if output is None else as_shape(output)
    goal = replace(goal, output=asked)
    wishes = (asked, goal.params, goal.macs, goal.field)
    if find == "input":
        return _input_of(net, input, usual, goal, everything, most)
    if input is None and usual is not None:
        input = usual
    if find == "in_features":
        if input is None:
            raise SpecError("missing_input")
        return in_features(net, as_shape(input))
    if find == "padding" and wishes == (None,) * 4:
        return same_padding_of(net, _letters(_axes_of(net) + 1, net) if input is None else as_shape(input))
    if find is not None:
        net = _with_letters(net, FIELDS[find])
    if wishes == (None,) * 4 and not _states_features(net):
        raise ConvcalcError("no_goal")
    if input is None:
        if goal.field is None or asked is not None:
            raise SpecError("missing_input")
        input = _letters(_axes_of(net) + 1, net)
    x = as_shape(input)
    return solve_letters(Problem(with_kernels(net, x, asked), x, goal, frozenset(), most), everything)


# Letters for question marks, by what stands before them; others are those that are the least used for anything else.
_MARKS = "XYZUVWABJ"


def _letters_for_marks(text: str) -> tuple[str, dict[str, str]]:
    """`conv 3x3 s? p?` is conv 3x3 sS pP: every question mark is a letter of its own; those that stand for no usual letter of a
    layer are ? again in the answer."""
    count = text.count("?")
    shown: dict[str, str] = {}
    for _ in range(count):
        at = text.index("?")
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        usual = "F" if after == "@" else "K" if after == "x" else "O" if before == "x" else before.upper()
        wanted = usual if usual and usual in "FKOSPDG" else ""
        free = next((c for c in wanted + _MARKS if c not in text), None)
        if free is None:
            raise ConvcalcError("too_many_marks", count=count, limit=len(_MARKS))
        if free != wanted:
            shown[free] = "?"
        text = text[:at] + free + text[at + 1 :]
    if len(shown) > 1:
        shown = {letter: f"?{i}" for i, letter in enumerate(shown, 1)}
    return text, shown


def _renamed(answer: Answer, marks: dict[str, str]) -> Answer:
    """The answer with marks in place of the letters that stood for them."""

    def named(one: Solution) -> Solution:
        return replace(one, values={marks.get(name, name): value for name, value in one.values.items()})

    answer.solutions = [named(one) for one in answer.solutions]
    answer.nearest = None if answer.nearest is None else named(answer.nearest)
    answer.intervals = {marks.get(name, name): found for name, found in answer.intervals.items()}
    return answer


def _letters(axes: int, net: Layer) -> Shape:
    """Letters for an input that is not given, the slides' own where the network has not taken them."""
    taken = letters_of(net)
    usual = {1: "N", 2: "CM", 3: "CMN", 4: "CMNR"}.get(axes, "CMN")
    found: list[str] = []
    for letter in usual:
        free = (c for c in (letter, *(f"{letter}{i}" for i in range(1, 99))) if c not in taken)
        found.append(next(free))
    return tuple(map(symbol, found))


def windows(net: Layer) -> list[Layer]:
    """The layers with a kernel, each once."""
    return [layer for layer in leaves(net) if "kernel_size" in layer.tokens]


def _axes_of(net: Layer) -> int:
    """Spatial axes that the sizes of the first window call for; two where nothing says so."""
    for layer in windows(net):
        for name in ("kernel_size", "stride", "padding"):
            value = getattr(layer, name, None)
            if isinstance(value, tuple):
                return len(value)
    return 2


def _states_features(net: Layer) -> bool:
    """Whether a layer takes a number of channels or features that is a letter: then the input alone says what it must be."""
    return any(
        letters_of(getattr(layer, name, None)) for layer in leaves(net) for name in ("in_features", "in_channels")
    )


def _with_letters(net: Layer, name: str) -> Layer:
    """The network with a letter for a field of its only layer that has such a one."""
    found = [layer for layer in windows(net) if name in layer.tokens]
    if len(found) != 1:
        raise ConvcalcError("which_layer", field=name, count=len(found))
    (window,) = found
    taken = letters_of(net)
    letter = next(c for c in (*window.tokens[name].letters, *"ABGHJLRUVWXYZ") if c not in taken)
    return changed(
        net, lambda layer: type(layer)(**layer.__dict__ | {name: symbol(letter)}) if layer is window else layer
    )


def _input_of(net: Layer, given: Any, usual: str | None, goal: Goal, everything: bool, most: int) -> Answer:
    """All sizes of the input that give the output; channels that do not matter stay a letter."""
    if goal.output is None and goal.field is None and not goal.budget:
        raise ConvcalcError("no_goal")
    if given is not None:
        candidates = [as_shape(given)]
    elif usual is not None:
        own = as_shape(usual)
        letters = _letters(len(own), net)
        candidates = [(own[0], *letters[1:]) if len(own) > 1 else letters]
    else:
        axes = len(goal.output) if goal.output is not None and len(goal.output) > 1 else _axes_of(net) + 1
        candidates = [_letters(n, net) for n in dict.fromkeys((axes, 3, 2, 4, 1))]
    error: ConvcalcError | None = None
    for x in candidates:
        free = frozenset(letters_of(x))
        try:
            return _sizes(net, x, goal, free, everything, most)
        except ConvcalcError as found:
            error = error or found
    assert error is not None
    raise error


def _sizes(net: Layer, x: Shape, goal: Goal, free: frozenset[str], everything: bool, most: int) -> Answer:
    if not free:
        raise ConvcalcError("nothing_free", shape=str(x))
    channels = letters_of(x[0]) if len(x) > 1 else set()
    problem = Problem(with_kernels(net, x, goal.output), x, goal, free, most)
    unbound = channels - set().union(
        *(need.letters for need in problem.needs(problem.traced(problem.unknowns()))), set()
    )
    if unbound:  # any number of channels does: it stays a letter
        problem = Problem(problem.net, x, goal, free - unbound, most)
    return solve_letters(problem, everything)


def in_features(net: Layer, x: Shape, names: Mapping[int, str] | None = None) -> Answer:
    """What each linear layer takes, whatever its text says: {"in_features": n}, or by its name or place in the network.

    `names` are those of the layers in their code, by id.
    """
    was: dict[int, Layer] = {}

    def freed(layer: Layer) -> Layer:
        if "in_features" not in layer.tokens:
            return layer
        new = type(layer)(**layer.__dict__ | {"in_features": None})
        was[id(new)] = layer
        return new

    traced = trace(changed(net, freed), x)
    found: dict[str, tuple[Any, Layer]] = {}
    for row in traced:
        before = was.get(id(row.layer))
        if before is not None:
            name = (names or {}).get(id(before)) or f"layer {row.index}"
            found.setdefault(name, (row.input[-1], before))
    if not found:
        raise ConvcalcError("no_linear")
    if len(found) == 1 and not names:
        found = {"in_features": next(iter(found.values()))}
    answer = Answer([solution_of({n: v for n, (v, _) in found.items()}, traced)])
    for name, (value, before) in found.items():
        stated = before.in_features  # type: ignore[attr-defined]
        if stated not in (None, value) and not letters_of(stated):
            answer.remarks.append((f"{name} is {stated} as it is written", f"{name} đang ghi là {stated}"))
    return answer
