"""What another program on the same cores costs: trainings whose waiting threads spin, as GNU OpenMP usually has them, and give way, as convcalc's.

Two threads on a machine that has two cores, beside a training of two threads, in a session of its own as of another terminal. CONVCALC_DATA names the data sets.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from common import machine, median, no_words, ratio, report

# Turns before a waiting thread leaves its core, and what is asked of the command; the last is what it does of itself.
WAYS: dict[str, tuple[str, list[str]]] = {
    "spinning, 2 threads": ("300000", ["--threads", "2"]), "giving way, 2 threads": ("1000", ["--threads", "2"]), "`convcalc train`": ("1000", []),
}  # fmt: skip
RECIPES = ("lenet", "mlp-fashion", "mlp-cifar")
TIMES = 3


def command(recipe: str, runs: str, *more: str) -> list[str]:
    words = [sys.executable, "-m", "convcalc", "train", recipe, "--device", "cpu", "--runs", runs]
    return [*words, *more]


def seconds(recipe: str, spins: str, more: list[str]) -> float:
    """Of an epoch, the mean of two."""
    with tempfile.TemporaryDirectory() as runs:
        ran = subprocess.run(
            command(recipe, runs, "--epochs", "2", "--json", *more), env=os.environ | {"GOMP_SPINCOUNT": spins}, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(json.loads(ran.stdout)["training_seconds"]) / 2


@contextmanager
def beside() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as runs:
        other = subprocess.Popen(
            command("down-stride", runs, "--epochs", "1000", "--threads", "2"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            time.sleep(8)  # until it trains
            assert other.poll() is None, "the other training has failed"
            yield
            assert other.poll() is None, "the other training has ended"
        finally:
            other.kill()
            other.wait()


def main() -> None:
    rows, held = [], {}
    first, *_, last = WAYS
    for where in ("alone", "beside another training"):
        for recipe in RECIPES:
            timed: dict[str, list[float]] = {name: [] for name in WAYS}

            def all_of(timed: dict[str, list[float]] = timed, recipe: str = recipe) -> None:
                for _ in range(TIMES):
                    for name, (spins, more) in WAYS.items():
                        timed[name].append(seconds(recipe, spins, more))

            if where == "alone":
                all_of()
            else:
                with beside():
                    all_of()
            held[f"{recipe}, {where}"] = timed
            rows.append([
                recipe, where, *(f"{median(timed[name]):.2f} s" for name in WAYS), f"{ratio(timed[first], timed[last]):.1f}",
            ])  # fmt: skip
    report(
        "threads", "Waiting threads that spin, and that give way", "python benchmarks/threads.py", machine("torch"),
        ["an epoch of", "", *WAYS, "times (first / last)"], rows, {"seconds": held},
    )  # fmt: skip


if __name__ == "__main__":
    no_words(__doc__)
    main()
