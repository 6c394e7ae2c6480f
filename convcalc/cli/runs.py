"""convcalc runs: runs beside each other; and the list of recipes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from convcalc.cli.options import HELP, JsonOption, LangOption, dump, language
from convcalc.cli.train import RunsOption
from convcalc.errors import ConvcalcError, MissingError
from convcalc.words import decimal, pick

# From this width on a run is one line.
SIDE_BY_SIDE = 110


def runs(
    folder: RunsOption = "runs",
    picture: Annotated[str | None, typer.Option("--curves", metavar="FILE", help=pick(HELP, "Draw the curves of all into one picture (PNG).", "Vẽ đường cong của tất cả vào một ảnh (PNG)."), show_default=False)] = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> int:  # fmt: skip
    """Compare the runs of a folder."""
    speech = language(lang)
    from convcalc.train.finding import runs_in
    from convcalc.train.run import Run

    there = Path(folder)
    if not there.is_dir() and (folder != "runs" or there.is_symlink() or there.exists()):
        raise MissingError("no_runs_folder", path=folder)
    found: list[Run] = []
    broken: list[ConvcalcError] = []
    if there.is_dir():
        found, broken = runs_in(there)
    rows: list[dict[str, Any]] = []
    histories: dict[str, list[dict[str, Any]]] = {}
    for run in found:
        try:
            history, summary, config = run.metrics(), run.summary() or {}, run.config()
        except ConvcalcError as stop:
            broken.append(stop)
            continue
        histories[run.name] = history
        held = [one["validation_accuracy"] for one in history if "validation_accuracy" in one]
        masks = [one["validation_iou"] for one in history if "validation_iou" in one]
        rows.append(
            {
                "run": run.name, "recipe": config["signature"]["recipe"], "flavour": config["signature"]["flavour"], "data": config["signature"]["data"],
                "limit": config["options"].get("limit"), "epochs": len(history), "of": config["signature"]["setup"]["epochs"], "validation_accuracy": held[-1] if held else None,
                "validation_iou": masks[-1] if masks else None,
                **{key: summary.get(key) for key in ("test_accuracy", "test_iou", "published", "seconds", "reached_target")},
            }
        )  # fmt: skip
    if picture is not None and not picture.lower().endswith(".png"):
        raise ConvcalcError("png_only", path=picture)
    if picture is not None:
        if not any("validation_accuracy" in one for history in histories.values() for one in history):
            raise broken[0] if broken else MissingError("no_curves", path=folder)
        from convcalc.train import pictures

        sets = {row["run"]: row["data"] for row in rows}
        several = len(set(sets.values())) > 1
        titles = {
            printable(f"{name} ({sets[name]})" if several else name): history for name, history in histories.items()
        }
        content = pictures.png(pictures.lines(titles, speech))
        from convcalc.files import write_bytes

        write_bytes(picture, content)
    from rich.text import Text

    from convcalc.render import console

    if json:
        print(dump(rows))
    elif rows or not broken:
        _table(rows, speech)
    for error in broken:
        console(stderr=True).print(Text(error.message(speech), style="yellow"))
    return broken[0].exit_code if broken else 0


def printable(name: str) -> str:
    """A name that another user may have given: nothing in it moves the cursor or colours the screen."""
    return "".join(c if c.isprintable() else "�" for c in name)


def _table(rows: list[dict[str, Any]], lang: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from convcalc.render import console

    if not rows:
        console().print(
            pick(
                lang,
                "There are no runs yet: convcalc train lenet makes one.",
                "Chưa có run nào: thử convcalc train lenet.",
            )
        )
        return

    def share(value: float | None) -> str:
        return "–" if value is None else decimal(f"{value * 100:.2f}", lang)

    out = console()
    narrow = out.width < SIDE_BY_SIDE  # what a run trains on then stands below its name
    heads = pick(
        lang, "run,recipe,data,epochs,validation,test,published,seconds",
        "run,recipe,dữ liệu,epoch,validation,test,công bố,giây",
    ).split(",")  # fmt: skip
    if not narrow:
        heads = [f"{head} %" if 4 <= i <= 6 else head for i, head in enumerate(heads)]
    table = Table(box=None, pad_edge=False)
    for i, title in enumerate(heads):
        if i > 2:
            table.add_column(title, header_style="bold", justify="right", no_wrap=True)
        elif i == 0 or not narrow:
            table.add_column(title, header_style="bold", overflow="fold")
    for row in rows:
        data = row["data"] if row["limit"] is None else f"{row['data']} (≤ {row['limit']})"
        words = [printable(row["run"]), f"{row['recipe']}, {row['flavour']}", data]
        if narrow:
            # the name that a run has if it is given none says what its recipe is
            usual = row["run"].startswith(f"{row['recipe']}-{row['flavour']}-")
            words = ["\n  ".join(words[:1] + words[2:] if usual else words)]
        seconds = "–" if row["seconds"] is None else decimal(f"{row['seconds']:.1f}", lang)
        test = row["test_iou"] if row["test_iou"] is not None else row["test_accuracy"]
        held = row["validation_iou"] if row["validation_iou"] is not None else row["validation_accuracy"]
        table.add_row(
            *map(Text, words),
            f"{row['epochs']}/{row['of']}" + " ✓" * bool(row["reached_target"]),
            share(held),
            share(test),
            share(row["published"]),
            seconds,
        )
    out.print(table)


def recipes_table(json: bool, lang: str) -> None:
    """Every recipe with its network, data and published figure."""
    from convcalc.train.recipes import RECIPES

    if json:
        print(
            dump(
                [
                    {"name": r.name, "model": r.model, "input": r.input, "data": r.data or None, "published": r.published, "source": r.source,
                     "slide": r.slide.as_object(), "fast": r.fast.as_object()}
                    for r in RECIPES.values()
                ]
            )
        )  # fmt: skip
        return
    from rich.table import Table

    from convcalc.render import console

    table = Table(box=None, pad_edge=False)
    heads = pick(
        lang,
        "recipe,data,published,slide (epochs × batch),fast",
        "recipe,dữ liệu,công bố,slide (epoch × batch),fast",
    )
    for i, title in enumerate(heads.split(",")):
        table.add_column(title, header_style="bold", justify="right" if i == 2 else "left", no_wrap=True)
    for r in RECIPES.values():
        published = "–" if r.published is None else decimal(f"{r.published * 100:g}", lang) + " %"
        said = [f"{s.epochs} × {s.batch}" for s in (r.slide, r.fast)]
        data = r.data or pick(lang, "your folder", "thư mục của bạn")
        table.add_row(r.name, data, published, *said)
    console().print(table)


runs.__doc__ = pick(HELP, runs.__doc__ or "", "So sánh các run trong một thư mục.")
