"""What a run leaves for people: pictures and report.md, drawn again from its files at any time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from convcalc.errors import ConvcalcError, MissingError
from convcalc.train import pictures
from convcalc.train.data import Asked, Dataset
from convcalc.train.data.places import load as load_data
from convcalc.train.feed import Feed
from convcalc.train.measure import predictions
from convcalc.train.recipes import recipe_of
from convcalc.train.rewrites import rewritten
from convcalc.train.run import Run
from convcalc.words import decimal, pick

WORST, SHOWN_MASKS = 18, 6


@dataclass(frozen=True)
class Opened:
    """A run with its network and its settings."""

    run: Run
    config: dict[str, Any]
    module: nn.Module
    network: nn.Module  # the same function as it was trained

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(int, self.config["input"]))

    @property
    def classes(self) -> list[str]:
        return list(self.config["classes"])

    def feed(self, split: Any) -> Feed:
        """A split as the run's network takes it."""
        scaling = self.config["scaling"]
        return Feed(split, torch.device("cpu"), self.shape, None if scaling is None else (scaling[0], scaling[1]), 0)


def opened(run: Run) -> Opened:
    """The network of a run with the weights of its newest checkpoint."""
    config = run.config()
    state = run.load()
    if state is None:
        raise MissingError("run_unfinished", name=str(run.folder))
    signature = config["signature"]
    words = run.read_json("words.json") or []
    layer = recipe_of(signature["recipe"]).layer(signature["classes"], len(words))
    module = layer.module(tuple(config["input"]))
    try:
        module.load_state_dict(state["model"])
    except RuntimeError as error:
        raise ConvcalcError("run_broken", path=str(run.folder), reason=str(error).splitlines()[0]) from None
    module.eval()
    return Opened(run, config, module, rewritten(module).eval())


def data_of(config: dict[str, Any]) -> Dataset | None:
    """The run's data, where they are still there and the same."""
    options = config["options"]
    recipe = recipe_of(config["signature"]["recipe"])
    size = tuple(map(int, recipe.input.split(",")))
    try:
        asked = Asked((size[0], size[1], size[2]) if len(size) == 3 else None, options["seed"], options["skip_bad"])
        name = config["signature"]["data"] if options["data"] == "auto" else options["data"]
        data = load_data(name, options["data_dir"], asked, recipe.data, lambda *_: None)
    except ConvcalcError:
        return None
    if options["limit"] is not None:
        data = data.limited(options["limit"], options["seed"])
    return data if data.checksum() == config["signature"]["checksum"] else None


def written(run: Run, lang: str) -> list[str]:
    """Draw all pictures of a run and write report.md; returns the names of the files."""
    config, history, summary = run.config(), run.metrics(), run.read_json("summary.json")
    if not history:
        raise MissingError("run_unfinished", name=str(run.folder))
    made: dict[str, Any] = {"curves.png": pictures.curves(history, summary, lang)}
    table = run.read_json("confusion.json")
    if table is not None:
        made["confusion.png"] = pictures.confusion(table, config["classes"], lang)
    data = data_of(config)
    if data is not None:
        found = opened(run)
        made |= _of_data(found, data, lang)
    for name, figure in made.items():
        content = pictures.png(figure)
        run.write_bytes(name, content)
    run.write_text("report.md", _text(run, config, history, summary, list(made), lang))
    return [*made, "report.md"]


def _of_data(found: Opened, data: Dataset, lang: str) -> dict[str, Any]:
    if data.kind == "texts":
        return {}
    feed = found.feed(data.test)
    scores, losses = predictions(found.network, feed)
    made: dict[str, Any] = {}
    if data.kind == "masks":
        shown = [
            (_plain(data.test.rows(i)), data.test.y[i], scores[i].argmax(0).numpy())
            for i in range(min(SHOWN_MASKS, len(data.test)))
        ]
        made["predictions.png"] = pictures.masks(shown, len(data.classes), lang)
    else:
        worst = losses.argsort(descending=True)[:WORST].tolist()
        shares = scores.softmax(1)
        wrong = [i for i in worst if int(scores[i].argmax()) != int(data.test.y[i])]
        made["mistakes.png"] = pictures.mistakes(
            [
                (_plain(data.test.rows(i)), data.classes[int(data.test.y[i])], _name(data, int(scores[i].argmax())), float(shares[i].max()))
                for i in wrong
            ],
            lang,
        )  # fmt: skip
    first = next((part for part in found.module.modules() if isinstance(part, nn.Conv2d)), None)
    if first is not None:
        kept: list[Tensor] = []
        hook = first.register_forward_hook(lambda module, args, output: kept.append(output))
        with torch.no_grad():
            found.module(found.feed(data.test.take(np.arange(1)))._x(torch.arange(1), (), None))
        hook.remove()
        made["kernels.png"] = pictures.kernels(
            first.weight.detach().numpy(), _plain(data.test.rows(0)), kept[0][0].numpy(), lang
        )
    return made


def _name(data: Dataset, label: int) -> str:
    return data.classes[label] if label < len(data.classes) else str(label)


def _plain(x: Any) -> Any:
    return np.asarray(x, np.float32) / 255


def _text(
    run: Run,
    config: dict[str, Any],
    history: list[dict[str, Any]],
    summary: dict[str, Any] | None,
    made: list[str],
    lang: str,
) -> str:
    signature = config["signature"]
    lines = [f"# {run.name}", ""]
    for note in config.get("notes", ()):
        lines += [f"> {note[1 if lang == 'vi' else 0]}", ""]

    def share(value: float | None) -> str:
        return "–" if value is None else decimal(f"{value * 100:.2f}", lang) + " %"

    rows = [
        (pick(lang, "recipe", "công thức"), f"{signature['recipe']} ({signature['flavour']})"),
        (pick(lang, "network", "mạng"), f"`{signature['spec']}`"),
        (pick(lang, "data", "dữ liệu"), signature["data"]),
        ("seed", str(signature["seed"])),
    ]
    if summary is not None:
        masks = "test_iou" in summary
        rows += [
            (pick(lang, "test accuracy", "độ chính xác trên tập test"), share(summary["test_accuracy"])),
            *([("mIoU", share(summary["test_iou"]))] if masks else []),
            (pick(lang, "published", "số công bố"), f"{share(summary['published'])} {config['source']}".strip()),
            (pick(lang, "test loss", "loss trên tập test"), decimal(f"{summary['test_loss']:.4f}", lang)),
            (pick(lang, "parameters", "số tham số"), str(summary["params"])),
            (pick(lang, "seconds", "số giây"), decimal(f"{summary['seconds']:.1f}", lang)),
            (pick(lang, "made on", "máy"), ", ".join(f"{k} {v}" for k, v in summary["made_on"].items())),
        ]
    lines += ["| | |", "|---|---|", *(f"| {_cell(name)} | {_cell(value)} |" for name, value in rows), ""]
    setup = ", ".join(f"{key} {value}" for key, value in signature["setup"].items())
    lines += [pick(lang, f"Setup: {setup}.", f"Thiết lập: {setup}."), ""]
    for name in made:
        lines += [f"![{Path(name).stem}]({name})", ""]
    keys = [key for key in history[0] if key != "epoch"]
    lines += ["| epoch | " + " | ".join(keys) + " |", "|---" * (len(keys) + 1) + "|"]
    for one in history:
        lines.append(f"| {one['epoch']} | " + " | ".join(f"{one[key]:.5g}" for key in keys) + " |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
