"""What the benchmarks share: naming the machine, timing in turn, a table on the screen and in docs/results/."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "docs" / "results"


def machine(*packages: str) -> dict[str, str]:
    """Where and with what a result was measured."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return {
        "date": datetime.date.today().isoformat(),
        "processor": f"{model}, {os.cpu_count()} cores",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def no_words(about: str | None) -> None:
    """A script that takes no words: --help says what it is, and nothing is measured by mistake."""
    argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()


def in_turn(runs: dict[str, Callable[[], object]], times: int) -> dict[str, list[float]]:
    """Seconds of every run, A B C A B C …, after one of each that does not count."""
    for run in runs.values():
        run()
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            found[name].append(time.perf_counter() - begun)
    return found


def process(*words: str) -> Callable[[], object]:
    """A whole process, its output thrown away."""
    return lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def python(*words: str) -> Callable[[], object]:
    return process(sys.executable, *words)


def trained(recipe: str, flavour: str, seed: int, more: Sequence[str]) -> dict[str, Any]:
    """The summary of `convcalc train` with those words, a process of its own, whose folder goes again."""
    with tempfile.TemporaryDirectory() as runs:
        words = [
            sys.executable,
            "-m",
            "convcalc",
            "train",
            recipe,
            "--recipe",
            flavour,
            "--seed",
            str(seed),
            "--runs",
            runs,
            "--json",
            *more,
        ]
        ran = subprocess.run(words, check=False, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{' '.join(words)}: exit code {ran.returncode}\n{(ran.stderr or ran.stdout)[-2000:]}")
    return dict(json.loads(ran.stdout))


def ratio(a: Sequence[float], b: Sequence[float]) -> float:
    """The median of the ratios a/b, pair by pair."""
    return statistics.median(x / y for x, y in zip(a, b, strict=True))


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def report(
    name: str,
    title: str,
    command: str,
    where: dict[str, str],
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    data: Any,
) -> None:
    """Print the table and write it to docs/results/NAME.md, with the figures in NAME.json."""
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    lines = [
        "| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [head, *rows]
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    place = "; ".join(
        f"{key} {value}" if key not in ("date", "processor", "system") else value for key, value in where.items()
    )
    text = f"# {title}\n\n`{command}`, {place}.\n\n" + "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    (RESULTS / f"{name}.json").write_text(
        json.dumps({"command": command, "machine": where, **data}, indent=1) + "\n", encoding="utf-8"
    )
