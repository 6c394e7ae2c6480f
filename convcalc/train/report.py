"""What a run leaves for people: pictures and report.md, drawn again from its files at any time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from convcalc.errors import ConvcalcError, MissingError
from convcalc.train import pictures
from convcalc.train.data import Asked, Dataset, Split
from convcalc.train.data.places import load as load_data
from convcalc.train.feed import EVALUATED_AT_ONCE, Feed
from convcalc.train.measure import scores_of
from convcalc.train.page import page
from convcalc.train.parallel import device_of
from convcalc.train.recipes import recipe_of
from convcalc.train.rewrites import rewritten
from convcalc.train.run import Run, passed_over
from convcalc.words import pick

SHOWN_MASKS = 6
PICTURES = ("curves.png", "confusion.png", "mistakes.png", "predictions.png", "kernels.png")


@dataclass(frozen=True)
class Opened:
    """A run with its network and its settings."""

    run: Run
    config: dict[str, Any]
    module: nn.Module
    network: nn.Module  # the same function as it was trained
    epoch: int  # so many the weights have been trained for
    words: list[str]  # its vocabulary; none for pictures

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(int, self.config["input"]))

    @property
    def classes(self) -> list[str]:
        return list(self.config["classes"])

    @property
    def device(self) -> torch.device:
        return next(self.module.parameters()).device

    def notes(self, lang: str) -> list[str]:
        """What must be known of the weights: that a checkpoint is damaged, or that the training is not over."""
        said = damaged(self.run, lang)
        if not (self.run.folder / "summary.json").is_file():
            done, of = self.epoch, self.config["signature"]["setup"]["epochs"]
            said.append(
                pick(
                    lang,
                    f"this training is not finished: {done} of {of} epochs",
                    f"run này chưa huấn luyện xong: {done}/{of} epoch",
                )
            )
        return said

    def feed(self, split: Split) -> Feed:
        """A split as the run's network takes it, as many samples at once as were measured at once."""
        scaling = self.config["scaling"]
        given = None if scaling is None else (scaling[0], scaling[1])
        return Feed(split, self.device, self.shape, given, 0, at_once=self.config.get("at_once", EVALUATED_AT_ONCE))


def damaged(run: Run, lang: str) -> list[str]:
    """The checkpoints that were passed over, in a sentence each."""
    return [pick(lang, *passed_over(path.name)) for path in run.damaged]


def opened(run: Run) -> Opened:
    """The network of a run with the weights of its newest checkpoint."""
    config = run.config()
    state = run.load()
    if state is None:
        raise MissingError("run_unfinished", name=str(run.folder))
    signature = config["signature"]
    words = run.words()
    layer = recipe_of(signature["recipe"]).layer(signature["classes"], len(words))
    module = layer.module(tuple(config["input"]))
    try:
        module.load_state_dict(state["model"])
    except RuntimeError as error:
        raise ConvcalcError("run_broken", path=str(run.folder), reason=str(error).splitlines()[0]) from None
    module.eval()
    module.to(device_of("auto"))
    return Opened(run, config, module, rewritten(module).eval(), int(state["epoch"]), words)


def data_of(config: dict[str, Any]) -> Dataset | None:
    """The run's data, where they are still there and the same."""
    options = config["options"]
    recipe = recipe_of(config["signature"]["recipe"])
    size = tuple(map(int, recipe.input.split(",")))
    try:
        asked = Asked((size[0], size[1], size[2]) if len(size) == 3 else None, options["seed"], options["skip_bad"])
        name = config["signature"]["data"] if options["data"] == "auto" else options["data"]
        data = load_data(name, options["data_dir"], asked, recipe.data, lambda *_: None, download=False)
    except (ConvcalcError, OSError):  # not there, or in a folder that is closed to this user
        return None
    if options["limit"] is not None:
        data = data.limited(options["limit"], options["seed"])
    return data if data.checksum() == config["signature"]["checksum"] else None


def kept_in_checkpoint(run: Run) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl as the newest checkpoint has them, where the file is gone."""
    state = run.load()
    if state is None:
        raise MissingError("run_unfinished", name=str(run.folder))
    return list(state["history"])


def written(
    run: Run, lang: str, say: Callable[[str], None] = lambda text: None, data: Dataset | None = None
) -> list[str]:
    """Draw all pictures of a run and write report.md; returns the names of the files, and says what could not be done.

    `data` are the run's own, where they are read already.
    """
    config, summary = run.config(), run.summary()
    history = run.metrics() or kept_in_checkpoint(run)
    if not history:
        raise MissingError("run_no_epoch", name=str(run.folder))
    made: dict[str, Any] = {
        "curves.png": pictures.curves(history, summary, lang, f"{run.name} ({config['signature']['data']})")
    }
    table = run.confusion(config["signature"]["classes"])
    if table is not None:
        made["confusion.png"] = pictures.confusion(table, config["classes"], lang, config["kind"] == "masks")
    data = data_of(config) if data is None else data
    if data is not None and data.kind != "texts":
        found = opened(run)
        if summary is not None:  # the test set is looked at when the training is over
            made |= _masks(found, data, lang) if data.kind == "masks" else _mistakes(run, data, lang)
        made |= _kernels(found, data, lang)
        for text in damaged(run, lang):
            say(text)
    for name, figure in made.items():
        content = pictures.png(figure)
        run.write_bytes(name, content)
    # without the data, those that were drawn with them stay as they are
    left = [name for name in PICTURES if name not in made and data is None and (run.folder / name).is_file()]
    if left:
        say(pick(lang, f"the run's data are not there, or are others; left as before: {', '.join(left)}", f"không tìm thấy đúng dữ liệu của run; giữ nguyên: {', '.join(left)}"))  # fmt: skip
    shown = [name for name in PICTURES if name in made or name in left]
    run.write_text("report.md", page(run, config, history, summary, shown, lang))
    return [*made, "report.md"]


def _masks(found: Opened, data: Dataset, lang: str) -> dict[str, Any]:
    """What the network makes of the first pictures of the test set."""
    first = data.test.take(np.arange(min(SHOWN_MASKS, len(data.test))))
    scores = scores_of(found.network, found.feed(first))
    shown = [(_plain(first.rows(i)), first.y[i], scores[i].argmax(0).numpy()) for i in range(len(first))]
    return {"predictions.png": pictures.masks(shown, data.classes, lang)}


def _mistakes(run: Run, data: Dataset, lang: str) -> dict[str, Any]:
    """The pictures of the test set that were surest taken for another class, as they were found in the test."""
    worst = run.worst(len(data.test))
    if not worst:
        return {}
    said = [
        (_plain(data.test.rows(i)), data.classes[int(data.test.y[i])], _name(data, taken), share)
        for i, taken, share in worst
    ]
    return {"mistakes.png": pictures.mistakes(said, lang)}


def _kernels(found: Opened, data: Dataset, lang: str) -> dict[str, Any]:
    """The first convolution's kernels and what it makes of the first picture of the training set."""
    first = next((part for part in found.module.modules() if isinstance(part, nn.Conv2d)), None)
    if first is None:
        return {}
    kept: list[Tensor] = []
    hook = first.register_forward_hook(lambda module, args, output: kept.append(output))
    with torch.no_grad():
        found.module(found.feed(data.train.take(np.arange(1)))._x(torch.arange(1), (), None))
    hook.remove()
    weights, maps = first.weight.detach().cpu().numpy(), kept[0][0].cpu().numpy()
    return {"kernels.png": pictures.kernels(weights, _plain(data.train.rows(0)), maps, lang)}


def _name(data: Dataset, label: int) -> str:
    return data.classes[label] if label < len(data.classes) else str(label)


def _plain(x: Any) -> Any:
    return np.asarray(x, np.float32) / 255
