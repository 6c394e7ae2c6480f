"""Small trainings in this process and in others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from convcalc.train.options import Options
from convcalc.train.run import Run
from convcalc.train.session import run

REAL = Path(os.environ.get("CONVCALC_DATA", "."))
real_data = pytest.mark.skipif(not (REAL / "mnist").is_dir(), reason="CONVCALC_DATA names no folder with MNIST")
Convcalc = Callable[..., Any]


def options(tmp_path: Path, recipe: str = "lenet", **values: Any) -> Options:
    usual = {"data": "digits", "epochs": 2, "runs": str(tmp_path / "runs"), "device": "cpu", "limit": 300}
    return Options(recipe, **usual | values)  # type: ignore[arg-type]


def trained(tmp_path: Path, stop: Callable[[], bool] = lambda: False, **values: Any) -> tuple[dict[str, Any], Run]:
    chosen = options(tmp_path, **values)
    return run(chosen, lambda event, said: None, stop), Run(chosen.folder)


def weights(found: Run) -> dict[str, torch.Tensor]:
    state = found.load()
    assert state is not None
    return dict(state["model"])


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


COMMAND = [sys.executable, "-m", "convcalc", "train", "lenet", "--data", "digits", "--device", "cpu", "--threads", "1"]


def command(tmp_path: Path, name: str, *more: str) -> list[str]:
    return [*COMMAND, "--runs", str(tmp_path / "runs"), "--name", name, "--epochs", "12", "--batch", "16", *more]


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("RANK", "WORLD_SIZE", "CONVCALC_DATA")}
