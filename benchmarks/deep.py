"""A quick look at every deep network at its full size: that it trains and is measured on real pictures, how long, and in how much memory.

CONVCALC_DATA names the folder of the data sets.
"""

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from common import machine, no_words, report

from convcalc.train.recipes import RECIPES

LIMIT, BATCH = 400, 32
LOOK = ["--limit", str(LIMIT), "--batch", str(BATCH), "--epochs", "1", "--device", "cpu"]
CIFAR = 50_000  # pictures of its training set
DEEP = [name for name, recipe in RECIPES.items() if recipe.data == "cifar10" and recipe.input == "3,224,224"]


def looked(recipe: str) -> dict[str, Any]:
    """The summary of a quick look, with the most memory that its process ever had in MiB."""
    with tempfile.TemporaryDirectory() as runs, tempfile.TemporaryFile() as out:
        words = [sys.executable, "-m", "convcalc", "train", recipe, *LOOK, "--runs", runs, "--json"]
        ran = subprocess.Popen(words, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(ran.pid, 0)
        ran.returncode = os.waitstatus_to_exitcode(status)
        assert ran.returncode == 0, recipe
        out.seek(0)
        return dict(json.load(out)) | {"resident": used.ru_maxrss / 1024}


def main() -> None:
    found = []
    for recipe in DEEP:
        found.append(looked(recipe))
        print(recipe, found[-1]["images_per_second"], flush=True)
    rows = [
        [
            one["recipe"], f"{one['params']:,}", f"{one['seconds']:.0f} s", f"{one['images_per_second']:.1f}", f"{CIFAR / one['images_per_second'] / 3600:.1f} h",
            f"{one['estimated_memory'] / 2**20:.0f} MiB", f"{one['resident']:.0f} MiB",
        ]
        for one in found
    ]  # fmt: skip
    report(
        "deep", f"A quick look at the deep networks: {LIMIT} pictures of CIFAR-10, an epoch, batches of {BATCH}",
        "python benchmarks/deep.py", machine("torch"),
        ["recipe", "params", "in all", "images/s", "an epoch of CIFAR-10", "memory, estimated for a batch", "the whole process at its most"],
        rows, {"command_of_each": " ".join(["convcalc train NAME", *LOOK]), "runs": found},
    )  # fmt: skip


if __name__ == "__main__":
    no_words(__doc__)
    main()
