"""What the recipes reach: each over some seeds, into docs/results/recipes.json, and docs/results.md from all that is there.

python benchmarks/recipes.py lenet:slide lenet:fast --seeds 3 --data-dir DIR
"""

import argparse
import json
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import RESULTS, machine, trained

from convcalc.train.recipes import RECIPES

PAGE = RESULTS.parent / "results.md"
HELD = RESULTS / "recipes.json"
# Seed 0 is for choosing settings.
FIRST = 1
# The options that a row's command names.
GIVEN = ("epochs", "batch", "lr", "schedule", "device", "precision", "threads")
# The deck's comparisons, each one picture: (file, title, recipes).
COMPARED = [
    ("mlp-cifar.svg", "CIFAR-10: MLPs with 1, 2 and 3 hidden layers", ["mlp-cifar", "mlp-cifar-2", "mlp-cifar-3"]),
    ("down-sampling.svg", "Fashion-MNIST: four ways to halve a feature map", ["down-max", "down-average", "down-interpolation", "down-stride"]),
]  # fmt: skip
# What the course hopes for: (recipe, flavour) → accuracy, or mean IoU for masks.
GOALS = {
    ("mlp-fashion", "slide"): 0.89, ("mlp-fashion", "fast"): 0.90, ("mlp-cifar", "slide"): 0.53, ("lenet", "slide"): 0.987, ("lenet", "fast"): 0.991,
    ("lenet5", "slide"): 0.987, ("lenet5", "fast"): 0.991, ("textcnn", "slide"): 0.888, ("digits20", "slide"): 0.975, ("fcn", "slide"): 0.9, ("fcn", "fast"): 0.9,
    **{(f"down-{how}", flavour): 0.91 for how in ("max", "average", "interpolation", "stride") for flavour in ("slide", "fast")},
    ("cnn-fashion", "slide"): 0.91, ("cnn-fashion", "fast"): 0.91, ("cnn-cifar", "slide"): 0.69, ("cnn-cifar", "fast"): 0.75, ("resnet18-small", "fast"): 0.94,
}  # fmt: skip


def measured(recipe: str, flavour: str, seeds: int, more: list[str]) -> dict[str, Any]:
    """The summaries of a recipe over seeds 0, 1, …, each a process of its own."""
    found = []
    for seed in range(FIRST, FIRST + seeds):
        found.append(trained(recipe, flavour, seed, more))
        print(recipe, flavour, seed, found[-1]["test_accuracy"], found[-1]["seconds"], flush=True)
    return {
        "recipe": recipe, "flavour": flavour, "data": found[0]["data"], "machine": machine("torch"), "made_on": found[0]["made_on"],
        "command": " ".join([f"convcalc train {recipe}", *([f"--recipe {flavour}"] if flavour != "slide" else []), f"--seed {FIRST}", *more]),
        "first_seed": FIRST, "values": [one.get("test_iou", one["test_accuracy"]) for one in found], "seconds": [one["seconds"] for one in found],
        "images_per_second": [one["images_per_second"] for one in found], "epochs": found[0]["epochs"], "masks": "test_iou" in found[0],
    }  # fmt: skip


def taken(folders: list[Path]) -> list[dict[str, Any]]:
    """The same of runs that are finished, for what takes hours: those of one recipe, whose seeds follow each other, are one row."""
    rows: dict[tuple[str, str], list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for folder in folders:
        summary, config = (json.loads((folder / name).read_text()) for name in ("summary.json", "config.json"))
        rows.setdefault((summary["recipe"], summary["flavour"]), []).append((summary, config))
    found = []
    for (recipe, flavour), runs in rows.items():
        runs.sort(key=lambda one: one[0]["seed"])
        many, configs = [summary for summary, _ in runs], [config for _, config in runs]
        first, options = many[0], configs[0]["options"]
        given = {key: options[key] for key in GIVEN if options.get(key) not in (None, "auto")}
        numbers = {key: given[key] for key in ("epochs", "batch", "lr", "schedule") if key in given}
        setup = replace(RECIPES[recipe].setup(flavour), **numbers).as_object()
        for summary, config in runs:
            at = f"{recipe} {flavour}, seed {summary['seed']}"
            odd = [
                key
                for key in ("limit", "init", "freeze", "classes", "target", "skip_bad", "compiled")
                if config["options"].get(key)
            ]
            assert not odd, f"{at}: run with {odd}"
            assert config["signature"]["setup"] == setup, f"{at}: not what the recipe is today"
            assert config["signature"] | {"seed": 0} == configs[0]["signature"] | {"seed": 0}, f"{at}: other settings"
            assert summary["made_on"] == first["made_on"], f"{at}: another machine"
        assert [one["seed"] - first["seed"] for one in many] == list(range(len(many))), f"{recipe}: gaps in the seeds"
        asked = [] if flavour == "slide" else [f"--recipe {flavour}"]
        words = [f"--{key} {value}" for key, value in given.items()]
        found.append({
            "recipe": recipe, "flavour": flavour, "data": first["data"], "machine": machine("torch"), "made_on": first["made_on"],
            "command": " ".join(["convcalc train", recipe, *asked, f"--seed {first['seed']}", *words]), "first_seed": first["seed"],
            "values": [one.get("test_iou", one["test_accuracy"]) for one in many], "seconds": [one["seconds"] for one in many],
            "images_per_second": [one["images_per_second"] for one in many], "epochs": first["epochs"], "masks": "test_iou" in first,
        })  # fmt: skip
    return found


def row(one: dict[str, Any]) -> str:
    recipe = RECIPES[one["recipe"]]
    values = [100 * v for v in one["values"]]
    spread = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    unit = " mIoU" if one["masks"] else " %"
    goal = GOALS.get((one["recipe"], one["flavour"]))
    shown = "–" if goal is None else f"≥ {goal * 100:g}"
    if goal is not None:
        shown += " ✓" if statistics.mean(values) >= 100 * goal else " ✗"
    published = "–" if recipe.published is None else f"{recipe.published * 100:g} %"
    where, first = one["made_on"], one.get("first_seed", 0)
    threads = f", {where['threads']} threads" if "threads" in where else ""
    return (
        f"| {one['recipe']} | {one['flavour']} | {one['data']} | {published} | {shown} | {statistics.mean(values):.2f}{spread}{unit} "
        f"| {first if len(values) == 1 else f'{first}–{first + len(values) - 1}'} | {one['epochs']} | {statistics.median(one['seconds']):.0f} s | {where['device']}, {where.get('precision', 'fp32')}{threads} | `{one['command']}` |"
    )


def picture(title: str, held: list[dict[str, Any]]) -> bytes:
    """The mean accuracy of each recipe with its deviation, `slide` and `fast`."""
    from convcalc.figures.style import THEMES, Page, content, measured

    theme, line, longest, margin = THEMES["light"], 24.0, 420.0, 22.0
    names = [f"{one['recipe']}, {one['flavour']}" for one in held]
    left = margin + max(measured(name, 11)[0] for name in names) + 12
    low = min(100 * min(one["values"]) for one in held) // 1 - 1
    high = max(100 * max(one["values"]) for one in held) // 1 + 1
    made = Page(left + longest + 150, (len(held) + 2) * line + 2 * margin, theme)
    made.text(made.width / 2, made.height - margin, title, 14, fontweight="bold")
    for i, (name, one) in enumerate(zip(names, held, strict=True)):
        values = [100 * value for value in one["values"]]
        mean, spread = statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0
        y = made.height - margin - (i + 1.6) * line
        unit = longest / (high - low)
        made.text(left - 10, y, name, 11, ha="right")
        colour = theme.series[0 if one["flavour"] == "slide" else 1]
        made.line([left, left + longest], [y, y], color=theme.faint, linewidth=0.4)
        made.line(
            [left + unit * (mean - spread - low), left + unit * (mean + spread - low)],
            [y, y],
            color=colour,
            linewidth=2.2,
        )
        made.line([left + unit * (mean - low)], [y], color=colour, marker="o", markersize=8)
        made.text(left + longest + 12, y, f"{mean:.2f} ± {spread:.2f} %", 11, ha="left")
    for percent in range(int(low), int(high) + 1):
        made.text(left + longest / (high - low) * (percent - low), margin + 4, f"{percent} %", 9, color=theme.faint)
    return content(made.figure, "svg")


def pictures(held: list[dict[str, Any]]) -> list[str]:
    """Draw the comparisons that have been measured; the lines of the page that show them."""
    lines = []
    for name, title, recipes in COMPARED:
        found = [one for recipe in recipes for one in held if one["recipe"] == recipe]
        if {one["recipe"] for one in found} == set(recipes):
            (RESULTS / name).write_bytes(picture(title, sorted(found, key=lambda one: one["flavour"] != "slide")))
            lines += [f"![{title}](results/{name})", ""]
    return lines


def page(found: list[dict[str, Any]]) -> str:
    order = list(RECIPES)
    found = sorted(found, key=lambda one: (order.index(one["recipe"]), one["flavour"] != "slide"))
    machines = sorted(
        {f"{one['machine']['processor']}; torch {one['machine']['torch']}; {one['machine']['date']}" for one in found}
    )
    missing = [
        f"`{name}`" + ("" if flavour == "slide" else " (fast)")
        for name, flavour in GOALS
        if not any((one["recipe"], one["flavour"]) == (name, flavour) for one in found)
    ]
    return "\n".join(
        [
            "# What the recipes reach", "",
            "The official test set, looked at once at the end of a fixed schedule; mean ± standard deviation over the seeds. Written by `python benchmarks/recipes.py`. A few settings of LeNet, LeNet-5, the MLP on Fashion-MNIST, digits20, fcn and cnn-cifar (fast) were chosen by the test accuracy of seed 0, those of the four ways to down-sample by the validation accuracy of seed 0, and those of cnn-cifar and cnn-fashion after the validation accuracy of an unfinished run of seed 1 with other settings; beside that, seeds from 1 on played no part in any choice. Times of 2026-11-20, those in bf16, those of down-max, down-average and down-interpolation (fast), and those of fcn, textcnn and the MLPs on CIFAR-10 (fast) were taken while other work ran on the machine, and are at most that long.", "",
            *(f"Measured on {one}." for one in machines), "",
            "| recipe | | data | published | goal | reached | seeds | epochs | time | on | command |", "|---|---|---|---|---|---|---|---|---|---|---|",
            *map(row, found), "",
            *pictures(found),
            "AlexNet, VGG, ResNet-18 to 152 at 224×224 and DenseNet have no row: an epoch of CIFAR-10 takes them from a quarter of an hour to hours on two cores; [a quick look at each](results/deep.md) says how long and in how much memory. AlexNet alone was taken three epochs far: 66.91 % of the test set in 27 minutes, while other work ran on the machine (`convcalc train alexnet --epochs 3`, seed 0, AMD EPYC, 2 cores, 2026-11-28). resnet18-small, whose recipe is for a GPU, reaches 81.38 % in three epochs and 12 minutes there (`convcalc train resnet18-small --epochs 3 --precision bf16`, seed 0, the same machine and day). lenet-cassava has none: its pictures could not be had, and it trains on a folder of yours.",
            *(["", f"Not measured, for want of a GPU or of time: {', '.join(missing)}."] if missing else []),
        ]
    ).rstrip() + "\n"  # fmt: skip


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("recipes", nargs="*", help="name:slide or name:fast")
    given.add_argument("--seeds", type=int, default=3)
    given.add_argument(
        "--run",
        type=Path,
        action="append",
        default=[],
        help="the folder of a run that is finished; again for more seeds",
    )
    words, more = given.parse_known_args()
    held = {(one["recipe"], one["flavour"]): one for one in (json.loads(HELD.read_text()) if HELD.exists() else [])}
    for one in taken(words.run):
        held[one["recipe"], one["flavour"]] = one
        HELD.write_text(json.dumps(list(held.values()), indent=1) + "\n")
    for asked in words.recipes:
        name, _, flavour = asked.partition(":")
        held[name, flavour or "slide"] = measured(name, flavour or "slide", words.seeds, more)
        HELD.write_text(json.dumps(list(held.values()), indent=1) + "\n")
        PAGE.write_text(page(list(held.values())), encoding="utf-8")
    PAGE.write_text(page(list(held.values())), encoding="utf-8")


if __name__ == "__main__":
    main()
