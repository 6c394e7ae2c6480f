"""An answer on the screen: intervals, the solutions best first, or why there is none."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcalc.notation import show
from convcalc.shape import show_shape
from convcalc.solving.answer import Answer, Solution
from convcalc.solving.interval import Interval
from convcalc.words import say

LONGEST_SPEC = 120


def answer_text(answer: Answer, lang: str, width: int) -> RenderableType:
    """What `convcalc solve` prints."""
    which = 1 if lang == "vi" else 0
    parts: list[RenderableType] = []
    if answer.reason is not None:
        parts.append(Text.assemble((say("solve.none", lang), "bold"), f": {answer.reason[which]}."))
        if answer.nearest is not None:
            parts += [Text(say("solve.nearest", lang) + ":"), *_listed([answer.nearest], lang, width, answer.counted)]
        return Group(*parts)
    lines = [_interval(letter, found, lang) for letter, found in answer.intervals.items() if found.low != found.high]
    if lines:
        parts += [Text(", ".join(lines), style="bold"), ""]
    if answer.solutions and (answer.solutions[0].values or not lines):
        parts += _listed(answer.solutions, lang, width, answer.counted)
    valid = {_valid(one) for one in answer.solutions}
    if len(valid) == 1 and valid != {""}:
        parts.append(Text(f"{say('valid_when', lang)}: {valid.pop()}"))
    parts += [Text(remark[which]) for remark in answer.remarks]
    if answer.more != 0 or answer.bound is not None:
        parts.append(Text(_note(answer, lang), style="dim"))
    return Group(*parts)


def _note(answer: Answer, lang: str) -> str:
    said = []
    if answer.more is None:
        said.append(say("solve.endless", lang))
    elif answer.more:
        said.append(say("solve.more", lang, count=answer.more))
    if answer.bound is not None:
        said.append(say("solve.bound", lang, bound=answer.bound))
    return " ".join(said)


def _interval(letter: str, found: Interval, lang: str) -> str:
    if found.high is None:
        return say("solve.from", lang, letter=letter, low=found.low)
    return say("solve.between", lang, letter=letter, low=found.low, high=found.high)


def _listed(found: list[Solution], lang: str, width: int, counted: bool) -> list[RenderableType]:
    """A line a solution; what is the same in all of them is said above."""
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    inputs, outputs, specs = ({text(one) for one in found} for text in (_input, _output, _spec))
    same = len(inputs) == len(outputs) == 1
    letters = list(found[0].values)
    for letter in letters:
        made.add_column(letter, justify="right", no_wrap=True)
    short = max(map(len, specs)) <= min(width, LONGEST_SPEC)  # a whole model is known by its name
    columns = [(say("layer", lang), _spec)] if short and (len(specs) > 1 or same) else []
    if not same or counted:
        columns += [(say("input", lang).lower(), _input), (say("output", lang), _output)]
    if len({_valid(one) for one in found}) > 1:
        columns.append((say("valid_when", lang).lower(), _valid))
    for head, _ in columns:
        made.add_column(head, overflow="fold")
    counts = ("params", "macs") if counted else ()
    for count in counts:
        made.add_column(say(count, lang), justify="right", no_wrap=True)
    for one in found:
        cells = [*map(show, one.values.values()), *(text(one) for _, text in columns)]
        made.add_row(*cells, *(show(getattr(one, count)) for count in counts))
    if same and not counted:
        return [Text(f"{inputs.pop()} → {outputs.pop()}"), "", *([made] if letters or columns else [])]
    return [made] if len(specs) > 1 or not short else [Text(specs.pop()), "", made]


def _input(one: Solution) -> str:
    return show_shape(one.input)


def _output(one: Solution) -> str:
    return show_shape(one.output)


def _valid(one: Solution) -> str:
    return ", ".join(condition.text("text") for condition in one.valid_when)


def _spec(one: Solution) -> str:
    return str(one.layer)
