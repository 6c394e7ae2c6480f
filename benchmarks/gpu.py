"""The recipes on a GPU: accuracy over some seeds, time, images a second, the share of the time that the GPU is busy, and its memory.

Each run is a process of its own (`convcalc train … --device cuda`); nvidia-smi is asked meanwhile. CONVCALC_DATA names the data sets.
What was measured before stays in the table, in docs/results/gpu.json, until the same is measured again.

python benchmarks/gpu.py lenet:fast cnn-cifar:slide cnn-cifar:fast resnet18-small:fast --seeds 3
python benchmarks/gpu.py lenet:fast --seeds 3 --epochs 8

The first seed has the GPU for itself, and all figures but the accuracy are its; with --beside N the other seeds train N at a time after that.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import Any

import torch
from common import RESULTS, machine, report, trained

from convcalc.train.recipes import RECIPES

EVERY = 100  # milliseconds between two looks at the GPU


class Busy:
    """How much of the time kernels ran, as nvidia-smi says, from the first to the last look at which any did: before and after, data are read and pictures drawn."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def __enter__(self) -> "Busy":
        words = [
            "nvidia-smi",
            "--query-gpu=utilization.gpu",
            "--format=csv,noheader,nounits",
            "--id=0",
            f"--loop-ms={EVERY}",
        ]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        said, _ = self.process.communicate()
        self.seen = [float(line) / 100 for line in said.split() if line.isdigit()]

    @property
    def share(self) -> float | None:
        busy = [i for i, share in enumerate(self.seen) if share]
        return statistics.mean(self.seen[busy[0] : busy[-1] + 1]) if busy else None


def run(recipe: str, flavour: str, seed: int, more: list[str]) -> dict[str, Any]:
    with Busy() as busy:
        found = trained(recipe, flavour, seed, ["--device", "cuda", *more])
    return found | {"busy": busy.share, "alone": True}


def beside(recipe: str, flavour: str, seed: int, more: list[str]) -> dict[str, Any]:
    """The same among others on the GPU, whose times are theirs too."""
    return trained(recipe, flavour, seed, ["--device", "cuda", *more]) | {"busy": None, "alone": False}


def row(command: str, found: list[dict[str, Any]]) -> list[str]:
    values = [100 * one.get("test_iou", one["test_accuracy"]) for one in found]
    spread = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    unit = " mIoU" if "test_iou" in found[0] else " %"
    alone = [one for one in found if one.get("alone", True)] or found
    middle = {key: statistics.median(one[key] for one in alone) for key in ("training_seconds", "seconds", "images_per_second", "peak_memory", "estimated_memory")}  # fmt: skip
    busy = [one["busy"] for one in alone if one["busy"] is not None]
    took = [one.get("workspace_memory") for one in alone]
    where, seeds = found[0]["made_on"], sorted(one["seed"] for one in found)
    return [
        found[0]["recipe"], found[0]["flavour"], str(found[0]["epochs"]), ", ".join(map(str, seeds)), f"{statistics.mean(values):.2f}{spread}{unit}",
        f"{middle['training_seconds']:.1f} s", f"{middle['seconds']:.1f} s", f"{middle['images_per_second']:.0f}", f"{100 * statistics.mean(busy):.0f} %" if busy else "–",
        f"{middle['peak_memory'] / 2**20:.0f} MiB", f"{middle['estimated_memory'] / 2**20:.0f} MiB", "–" if None in took else f"{statistics.median(took) / 2**20:.0f} MiB",
        f"{middle['estimated_memory'] / middle['peak_memory']:.2f}", f"{where['device']}, torch {where['torch']}, {found[0]['date']}", f"`{command}`",
    ]  # fmt: skip


HEAD = [
    "recipe", "", "epochs", "seeds", "test", "training", "in all", "images/s", "GPU busy", "peak memory", "estimate", "of it libraries'", "estimate / peak", "on", "command of the first seed",
]  # fmt: skip


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("recipes", nargs="+", help="name:slide or name:fast")
    given.add_argument("--seeds", type=int, default=3)
    given.add_argument("--beside", type=int, default=0, help="so many runs at a time, after the first seeds")
    words, more = given.parse_known_args()
    for asked in words.recipes:
        if asked.partition(":")[0] not in RECIPES:
            given.error(f"no recipe is called {asked}; options of convcalc train come after the recipes")
    if not torch.cuda.is_available():
        sys.exit("there is no CUDA device here")
    path = RESULTS / "gpu.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    held: dict[str, list[dict[str, Any]]] = before.get("runs", {})
    notes: list[str] = before.get("notes", [])
    where = machine("torch") | {"processor": torch.cuda.get_device_name()}

    failed: list[str] = []
    begun: set[str] = set()

    def keep(command: str, made: Callable[[], dict[str, Any]]) -> None:
        """Written after each run, should the next fail; one that fails is told, and the others go on."""
        try:
            found = made()
        except SystemExit as stop:
            failed.append(command)
            print(stop, file=sys.stderr)
            return
        if command not in begun:  # what was measured before stays until there is something new
            begun.add(command)
            held[command] = []
        held[command] = sorted([*held[command], found | {"date": where["date"]}], key=lambda one: int(one["seed"]))
        rows = [row(key, runs) for key, runs in held.items() if runs]
        report("gpu", "The recipes on a GPU", " ".join(["python benchmarks/gpu.py", *sys.argv[1:]]), where, HEAD, rows, {"runs": held, "notes": notes})  # fmt: skip
        with (RESULTS / "gpu.md").open("a", encoding="utf-8") as file:
            file.writelines(f"\n{note}\n" for note in notes)

    later: list[tuple[str, str, str, int]] = []
    for asked in words.recipes:
        name, _, flavour = asked.partition(":")
        asks = [] if flavour in ("", "slide") else ["--recipe", flavour]
        command = " ".join(["convcalc train", name, *asks, "--seed 1 --device cuda", *more])
        for seed in range(1, words.seeds + 1):
            if seed > 1 and words.beside:
                later.append((command, name, flavour or "slide", seed))
            else:
                keep(command, partial(run, name, flavour or "slide", seed, more))
    with ThreadPoolExecutor(max(1, words.beside)) as pool:
        started = {pool.submit(beside, name, flavour, seed, more): command for command, name, flavour, seed in later}
        for done in as_completed(started):
            keep(started[done], done.result)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
