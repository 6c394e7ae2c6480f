"""Sets that are not what their name says: altered, another's, a part; and what is said where one is not wholly there."""

from __future__ import annotations

import gzip
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convcalc.train.data import Asked, Dataset, Split, sources
from convcalc.train.data.published import Published, digest
from convcalc.train.recipes import recipe_of
from convcalc.train.summary import published_for
from training.files import idx, load, mnist_files, refused, written
from training.runs import REAL, Convcalc, real_data


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with MNIST, published so, and Fashion-MNIST, which has the other pictures."""
    for name, change in (("mnist", 0), ("fashion-mnist", 1)):
        files = mnist_files()
        if change:
            pictures = np.random.default_rng(1).integers(0, 256, (40, 28, 28))
            files["train-images-idx3-ubyte.gz"] = gzip.compress(idx(pictures))
        found = sources()[name].load(written(tmp_path / "sets" / name, files), Asked())
        known = Published(40, 20, digest(found.train, found.test))
        monkeypatch.setitem(sources(), name, replace(sources()[name], published=known))
    return tmp_path / "sets"


def test_a_set_as_it_was_published(small: Path) -> None:
    for name, recipe in (("mnist", "lenet"), ("fashion-mnist", "mlp-fashion")):
        found = load(name, small)
        assert (found.whole, found.notes) == (True, ())
        assert published_for(recipe_of(recipe), found) == recipe_of(recipe).published
        part = found.limited(20)
        assert published_for(recipe_of(recipe), part) is None
        assert published_for(recipe_of(recipe), found.limited(40)) == recipe_of(recipe).published


@pytest.mark.parametrize("part", ["images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"])
@pytest.mark.parametrize("prefix", ["train", "t10k"])
def test_one_value_that_has_changed(small: Path, prefix: str, part: str) -> None:
    path = small / "mnist" / f"{prefix}-{part}"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] = (content[-1] + 1) % 10
    path.write_bytes(gzip.compress(bytes(content)))
    error = refused("mnist", small, "data_altered")
    assert (error.exit_code, str(small / "mnist") in error.message("en")) == (3, True)


def test_a_part_of_a_set_has_no_published_figure(small: Path) -> None:
    written(small / "mnist", mnist_files(30))
    found = load("mnist", small)
    assert (found.whole, len(found.train)) == (False, 30)
    ((en, vi),) = found.notes
    assert "40 + 20" in en
    assert "30 + 15" in en
    assert "30 + 15" in vi
    assert published_for(recipe_of("lenet"), found) is None


def test_another_set_under_its_name(small: Path) -> None:
    (small / "fashion-mnist").rename(small / "mine")
    error = refused("mnist", small / "mine", "data_other_set")
    assert (error.exit_code, "fashion-mnist" in error.message("en")) == (3, True)
    assert load("fashion-mnist", small / "mine").whole


def test_the_order_of_a_set_is_its_own_affair() -> None:
    x = np.arange(5 * 12, dtype=np.uint8).reshape(5, 3, 2, 2)
    y = np.arange(5)
    whole, other = Split(x, y), Split(x[::-1], y[::-1])
    assert digest(whole, whole) == digest(other, whole)
    assert digest(whole, whole) != digest(Split(x, y[::-1]), whole)
    assert digest(whole, Split(x[:1], y[:1])) != digest(Split(x[:1], y[:1]), whole)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("network unreachable")

    monkeypatch.setattr("socket.socket.connect", refuse)


@pytest.mark.usefixtures("no_network")
def test_a_set_that_is_not_wholly_there(small: Path, convcalc: Convcalc, tmp_path: Path) -> None:
    (small / "mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    error = refused("mnist", small, "data_incomplete")
    said = error.message("en")
    assert str(small / "mnist") in said
    assert "t10k-labels-idx1-ubyte.gz" in said
    assert "train-images" not in said
    found = load("auto", small)
    assert (found.name, "t10k-labels" in found.notes[0][0]) == ("digits", True)


def test_the_set_is_looked_for_elsewhere(
    small: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MNIST's four files lie in the folder itself, and Fashion-MNIST, whose have the same names, in the cache."""
    flat = written(tmp_path / "flat", {path.name: path.read_bytes() for path in (small / "mnist").iterdir()})
    monkeypatch.setattr("convcalc.train.data.places.fetch", lambda *_: pytest.fail("downloaded"))
    (cache / "fashion-mnist").parent.mkdir(parents=True)
    (small / "fashion-mnist").rename(cache / "fashion-mnist")
    assert load("mnist", flat).whole
    assert (load("fashion-mnist", flat).name, load("fashion-mnist", flat).whole) == ("fashion-mnist", True)


@pytest.mark.usefixtures("no_network")
def test_auto_has_the_digits_where_the_files_are_another_set(small: Path, tmp_path: Path) -> None:
    (small / "mnist").rename(tmp_path / "flat")
    found = load("auto", tmp_path / "flat", usual="fashion-mnist")
    assert (found.name, "are mnist, not fashion-mnist" in found.notes[0][0]) == ("digits", True)


@pytest.mark.usefixtures("no_network")
def test_pickles_are_named_where_nothing_else_is_there(tmp_path: Path) -> None:
    (tmp_path / "cifar10" / "cifar-10-batches-py").mkdir(parents=True)
    error = refused("cifar10", tmp_path, "data_unread")
    assert (error.exit_code, "cifar-10-batches-py" in error.message("en")) == (3, True)
    found = load("auto", tmp_path, usual="cifar10")
    assert (found.name, "cifar-10-batches-py" in found.notes[0][0]) == ("digits", True)


def test_test_pictures_of_another_size(tmp_path: Path) -> None:
    for size in ((14, 56), (0, 28)):
        files = mnist_files()
        files["t10k-images-idx3-ubyte.gz"] = gzip.compress(idx(np.zeros((20, *size))))
        written(tmp_path / "mnist", files)
        error = refused("mnist", tmp_path, "data_sizes" if all(size) else "data_empty")
        assert error.exit_code == 3


def test_the_samples_of_a_part(small: Path) -> None:
    found: Dataset = load("mnist", small)
    assert not found.limited(20).whole
    assert not replace(found, whole=False).limited(100).whole


@real_data
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_the_real_sets_are_those_that_were_published(tmp_path: Path, name: str) -> None:
    place = REAL
    tool = (
        REAL.resolve().parent / "tools" / "cifar10_to_binary.py"
    )  # makes CIFAR-10's files from pictures that lie with the sets
    if name == "cifar10" and tool.is_file():
        place = tmp_path
        subprocess.run([sys.executable, str(tool), str(tmp_path / "cifar10")], check=True, capture_output=True)
    if not any(sources()[name].found(place / folder) for folder in sources()[name].folders):
        pytest.skip(f"CONVCALC_DATA has no {name}")
    found = load(name, place)
    assert (found.whole, found.notes, len(found.test)) == (True, (), 10_000)
