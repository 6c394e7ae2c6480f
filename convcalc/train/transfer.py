"""Transfer learning: weights of another run, and layers that do not learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from convcalc.errors import ConvcalcError, MissingError
from convcalc.train.run import Run


def take_over(
    module: nn.Module, other: Run, words: Sequence[str], classes: Sequence[str], frozen: bool,
    told: Callable[[str, dict[str, Any]], None],
) -> None:  # fmt: skip
    """The parameters of another run where name and shape agree; of words and of the last layer only where words and classes are the same.

    With `frozen` all that `freeze` will keep must be among them.
    """
    state = other.load()
    if state is None:
        raise MissingError("run_unfinished", name=str(other.folder))
    own = module.state_dict()
    tables = set()
    if list(words) != other.words():
        tables = {f"{name}.weight" for name, part in module.named_modules() if isinstance(part, nn.Embedding)}
    if list(classes) != other.config()["classes"]:
        tables |= {name for name, _ in module.named_parameters()} - {name for name, _ in _features(module)}
    taken = {
        key: value
        for key, value in state["model"].items()
        if key in own and own[key].shape == value.shape and key not in tables
    }
    if not taken:
        raise ConvcalcError("other_network", name=str(other.folder))
    lacking = [name for name, _ in _features(module) if name not in taken] if frozen else []
    if lacking:
        raise ConvcalcError("freeze_untrained", name=lacking[0], run=str(other.folder))
    module.load_state_dict(own | taken)
    values: dict[str, Any] = {"run": other.name, "taken": len(taken), "of": len(own)}
    if not (other.folder / "summary.json").is_file():
        values["epochs"] = int(state["epoch"])  # the other training did not come to its end
    told("taken", values)


def freeze(module: nn.Module, told: Callable[[str, dict[str, Any]], None]) -> None:
    """Only the last layer with weights is left to learn."""
    count = 0
    for _, parameter in _features(module):
        parameter.requires_grad_(False)
        count += parameter.numel()
    told("frozen", {"count": count})


def _features(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """The parameters of all layers but the last, with their names."""
    weighty = [part for part in module.modules() if any(p is not None for p in part._parameters.values())]
    last = {id(parameter) for parameter in weighty[-1].parameters(recurse=False)}
    return [(name, parameter) for name, parameter in module.named_parameters() if id(parameter) not in last]
