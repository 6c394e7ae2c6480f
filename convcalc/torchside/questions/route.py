"""The table of second routes, and what they read of a question: its sentence, its lines of code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from convcalc.quiz.question import Question

SHAPE = re.compile(r"\((\d+(?:, ?\d+)*),?\)")
ROUTES: dict[str, Callable[[Question], Any]] = {}


def route(*kinds: str) -> Callable[[Callable[[Question], Any]], Callable[[Question], Any]]:
    """Make a function the second route of these kinds: what the answer's value should be."""

    def register(made: Callable[[Question], Any]) -> Callable[[Question], Any]:
        ROUTES.update(dict.fromkeys(kinds, made))
        return made

    return register


def lines(question: Question) -> list[str]:
    """The lines of code in the sentence."""
    return [part for part in re.findall(r"`([^`]+)`", question.text[0]) if part.startswith("nn.")]


def made(line: str) -> nn.Module:
    """The module of a line that convcalc has written."""
    module: nn.Module = eval(line, {"nn": nn, "__builtins__": {}})
    return module.eval()


def input_of(question: Question, place: int = 0) -> tuple[int, ...]:
    """The shape that stands in the sentence, not in a line of code."""
    text = re.sub(r"`[^`]*`", "", question.text[0])
    return tuple(map(int, SHAPE.findall(text)[place].split(", ")))


def model_of(question: Question, code: str | None = None) -> nn.Module:
    """The model of the question's code, or of the code given, which convcalc has written."""
    names: dict[str, Any] = {"nn": nn, "torch": torch, "summary": lambda *_: None}
    exec(code or question.code or "", names)
    model: nn.Module = names["model"]
    return model.eval()


def output_of(module: nn.Module, x: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that a module makes of a sample of shape x."""
    return tuple(module(torch.zeros(1, *x)).shape[1:])


def numbers(pattern: str, text: str) -> list[int]:
    """The numbers of the pattern's groups in a text that has them; 1 for a group that is left out."""
    found = re.search(pattern, text)
    assert found is not None, (pattern, text)
    return [int(group) for group in found.groups(default="1")]


def number(pattern: str, text: str, otherwise: int) -> int:
    """The number of the pattern's group in a text, or the other where there is none."""
    found = re.search(pattern, text)
    return otherwise if found is None else int(found.group(1))
