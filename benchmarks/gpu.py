"""The recipes on a GPU: accuracy over some seeds, time, images a second, the share of the time that the GPU is busy, and its memory.

Each run is a process of its own (`convcalc train … --device cuda`); nvidia-smi is asked meanwhile. CONVCALC_DATA names the data sets.

python benchmarks/gpu.py lenet:fast cnn-cifar:slide cnn-cifar:fast resnet18-small:fast --seeds 3
"""

import argparse
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

import torch
from common import machine, report, trained

EVERY = 0.2  # seconds between two looks at the GPU


class Busy:
    """How much of the time kernels ran, as nvidia-smi says, in the middle half of a run: start and end load and draw."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        words = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--id=0"]
        while not self.over.is_set():
            answer = subprocess.run(words, capture_output=True, text=True, check=False)
            if answer.returncode == 0 and answer.stdout.strip().isdigit():
                self.seen.append(float(answer.stdout) / 100)
            time.sleep(EVERY)

    def __enter__(self) -> "Busy":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    @property
    def share(self) -> float | None:
        middle = self.seen[len(self.seen) // 4 : -(len(self.seen) // 4) or None]
        return statistics.mean(middle) if middle else None


def run(recipe: str, flavour: str, seed: int, more: list[str]) -> dict[str, Any]:
    with Busy() as busy:
        found = trained(recipe, flavour, seed, ["--device", "cuda", *more])
    return found | {"busy": busy.share}


def row(recipe: str, flavour: str, found: list[dict[str, Any]]) -> list[str]:
    values = [100 * one.get("test_iou", one["test_accuracy"]) for one in found]
    spread = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    middle = {key: statistics.median(one[key] for one in found) for key in ("training_seconds", "seconds", "images_per_second", "peak_memory", "estimated_memory")}  # fmt: skip
    busy = [one["busy"] for one in found if one["busy"] is not None]
    return [
        recipe, flavour, str(found[0]["epochs"]), f"{statistics.mean(values):.2f}{spread} %", f"{middle['training_seconds']:.1f} s", f"{middle['seconds']:.1f} s",
        f"{middle['images_per_second']:.0f}", f"{100 * statistics.mean(busy):.0f} %" if busy else "–",
        f"{middle['peak_memory'] / 2**20:.0f} MiB", f"{middle['estimated_memory'] / 2**20:.0f} MiB", f"{middle['estimated_memory'] / middle['peak_memory']:.2f}",
    ]  # fmt: skip


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("recipes", nargs="+", help="name:slide or name:fast")
    given.add_argument("--seeds", type=int, default=3)
    words, more = given.parse_known_args()
    if not torch.cuda.is_available():
        sys.exit("there is no CUDA device here")
    held: dict[str, list[dict[str, Any]]] = {}
    for asked in words.recipes:
        name, _, flavour = asked.partition(":")
        held[asked] = [run(name, flavour or "slide", seed, more) for seed in range(1, words.seeds + 1)]
        rows = [row(*key.split(":"), found) for key, found in held.items()]  # written after each, should the next fail
        where = machine("torch") | {"processor": torch.cuda.get_device_name()}
        report(
            "gpu", "The recipes on a GPU", " ".join(["python benchmarks/gpu.py", *sys.argv[1:]]), where,
            ["recipe", "", "epochs", "test", "training", "in all", "images/s", "GPU busy", "peak memory", "estimate", "ratio"], rows, {"runs": held},
        )  # fmt: skip


if __name__ == "__main__":
    main()
