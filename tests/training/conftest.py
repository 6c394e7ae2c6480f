"""A cache of each test's own, no data of the machine's, and small sets of texts and pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, and no data of the machine's; one thread, since tests run beside each other."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CONVCALC_DATA", raising=False)
    torch.set_num_threads(1)
    return tmp_path / "cache" / "convcalc" / "data"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    folder = tmp_path / "sets" / "ntc-scv"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("valid", 20), ("test", 20)):
        lines = []
        for i in range(count):
            words = rng.choice(["ngon", "rẻ", "đẹp"] if i % 2 else ["dở", "đắt", "chậm"], rng.integers(3, 12))
            lines.append(f"{i}\t{i % 2}\t{' '.join(words)}\n")
        (folder / f"{part}.tsv").write_text("".join(lines), encoding="utf-8")
    return folder.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from PIL import Image

    place = tmp_path / "pictures"
    rng = np.random.default_rng(0)
    for label, name in enumerate(("cbb", "cbsd", "cgm", "cmd", "healthy")):
        (place / name).mkdir(parents=True)
        for i in range(8):
            x = rng.integers(0, 60, (20, 24, 3)).astype(np.uint8)
            x[:, :, label % 3] += 40 * (label + 1)
            Image.fromarray(x).save(place / name / f"{i}.png")
    return place
