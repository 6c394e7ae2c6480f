"""Questions with a teacher's own numbers: what is asked is named, and the key is worked out like any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from convcalc.formula import Formula
from convcalc.importing.source import read_source
from convcalc.layers import Layer
from convcalc.quiz.making import question_of
from convcalc.quiz.pytorch import line, model, names
from convcalc.quiz.question import Draft, Question
from convcalc.quiz.reading import Two
from convcalc.scan import as_shape
from convcalc.shape import Shape
from convcalc.spec import parse
from convcalc.tracing import Trace

Given: TypeAlias = "dict[str, Any]"
ALWAYS = ("ask", "net", "code", "input", "text", "figure", "choices", "marks")

ASKS: dict[str, Callable[[Given], Draft]] = {}
KEYS: dict[str, tuple[str, ...]] = {}


class Unfit(Exception):
    """A key whose value does not fit what is asked: the key, what is wrong in both languages."""

    def __init__(self, key: str, en: str, vi: str) -> None:
        super().__init__(en)
        self.key, self.said = key, (en, vi)


def ask(name: str, *keys: str) -> Callable[[Callable[[Given], Draft]], Callable[[Given], Draft]]:
    """Make a function what `ask = "name"` stands for; `keys` are its own beside those of all."""

    def register(made: Callable[[Given], Draft]) -> Callable[[Given], Draft]:
        ASKS[name], KEYS[name] = made, (*ALWAYS, *keys)
        return made

    return register


def own_question(given: Given, label: str, seed: int = 0) -> Question:
    """The question of a table of keys, its choices in an order of the seed's; raises `Unfit` and `ConvcalcError`."""
    made = ASKS[given["ask"]](given)
    for key in ("text", "figure"):
        if key in given:
            value = given[key]
            setattr(made, key, (value["en"], value["vi"]) if isinstance(value, dict) else (value, value))
            made.picture = None if key == "figure" else made.picture
    made.choices = bool(given.get("choices", made.choices))
    found = question_of(made, label, "easy", seed, 1, label)
    if found is None and "choices" not in given and made.last is None and made.answer.form != "text":
        made.choices = False  # too few mistakes lead anywhere with these numbers: it is asked without choices
        found = question_of(made, label, "easy", seed, 1, label)
    if found is None:
        raise Unfit(
            "choices", "false: these numbers give too few wrong choices", "false: các số này không đủ đáp án sai"
        )
    return found


def network_of(given: Given) -> tuple[Layer, Shape, str | None]:
    """The network, its input and the code to show: the teacher's, or PyTorch's for layers in a row."""
    if ("net" in given) == ("code" in given):
        raise Unfit(
            "net" if "net" in given else "ask", "with net or with code, one of them", "kèm net hoặc code, một trong hai"
        )
    if "input" not in given:
        raise Unfit("ask", "with input, the shape that goes in", "kèm input, shape đi vào")
    x = as_shape(given["input"])
    if "code" in given:
        return read_source(given["code"]), x, given["code"].strip("\n")
    net = parse(given["net"])
    layers = layers_of(net)
    if len(layers) == 1:
        return net, x, None
    try:
        return net, x, model(layers, x)
    except KeyError:  # no line of code is known for one of them
        return net, x, None


def in_numbers(trace: Trace) -> Trace:
    """The trace, which must be of numbers."""
    if any(isinstance(n, Formula) for row in trace for n in (*row.input, *row.output, row.params, row.macs)):
        raise Unfit(
            "input",
            "numbers, and numbers in the net too: letters have no answer to type",
            "số cụ thể, trong net cũng vậy: ký hiệu chữ không có đáp án để nhập",
        )
    return trace


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it stands."""
    return text[:1].upper() + text[1:]


def layers_of(net: Layer) -> list[Layer]:
    """The layers in a row that a chain is made of; a layer that is no chain is alone in its row."""
    return list(net.children()) if net.name == "chain" else [net]


def are_plain(net: Layer) -> bool:
    """Whether no layer of the row holds others, such as residual and concat do."""
    return all(not layer.children() for layer in layers_of(net))


def subject_of(code: str | None, net: Layer, x: Shape) -> Two:
    """What the question is about: the model of the code, or the layers by name."""
    if code is not None:
        return "the model", "model"
    said = said_as(net, x)
    return said, said


def said_as(net: Layer, x: Shape) -> str:
    """A layer as its line of PyTorch, or as a spec where there is none."""
    try:
        return f"`{line(net, x)}`"
    except KeyError:
        return f"`{net}`"


def called_in(given: Given, net: Layer, x: Shape, code: str | None) -> list[str]:
    """The names of the layers in the code, or of the single layer its line of code."""
    if len(layers_of(net)) == 1:
        return [said_as(net, x).strip("`")]
    return names(layers_of(net)) if code is not None and "net" in given else []
