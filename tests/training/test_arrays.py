"""MNIST, CIFAR-10, .mat files and sets that are made here: good, truncated and altered."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convcalc.errors import ConvcalcError
from convcalc.train.data import places, sources, stratified
from convcalc.train.data.builtin import SHAPES, drawn
from training.files import idx, load, mnist_files, refused, written


@pytest.mark.parametrize("place", ["mnist", "MNIST/raw", "."])
@pytest.mark.parametrize("packed", [True, False])
def test_mnist_wherever_it_lies(tmp_path: Path, place: str, packed: bool) -> None:
    """In a folder of its own, as torchvision lays it, packed or not."""
    files = mnist_files()
    if not packed:
        files = {name.removesuffix(".gz"): gzip.decompress(content) for name, content in files.items()}
    written(tmp_path / "data" / place, files)
    data = load("mnist", tmp_path / "data")
    assert (data.train.x.shape, data.test.x.shape) == ((40, 1, 28, 28), (20, 1, 28, 28))
    assert data.train.y.tolist() == [i % 10 for i in range(40)]
    assert data.classes == tuple("0123456789")


ALTERED = [
    ("data_truncated", lambda f: f | {"train-images-idx3-ubyte.gz": gzip.compress(gzip.decompress(f["train-images-idx3-ubyte.gz"])[:-7])}),
    ("data_broken", lambda f: f | {"train-images-idx3-ubyte.gz": f["train-images-idx3-ubyte.gz"][:-400]}),
    ("data_broken", lambda f: f | {"train-images-idx3-ubyte.gz": b"\x1f\x8b" + b"x" * 90}),
    ("data_magic", lambda f: f | {"train-images-idx3-ubyte.gz": f["train-labels-idx1-ubyte.gz"]}),
    ("data_magic", lambda f: f | {"t10k-labels-idx1-ubyte.gz": gzip.compress(b"<html>not found</html>")}),
    ("data_counts", lambda f: f | {"train-labels-idx1-ubyte.gz": gzip.compress(idx(np.zeros(39)))}),
    ("data_labels", lambda f: f | {"train-labels-idx1-ubyte.gz": gzip.compress(idx(np.full(40, 10)))}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change"), ALTERED, ids=[f"{i}-{a[0]}" for i, a in enumerate(ALTERED)])
def test_altered_mnist(tmp_path: Path, kind: str, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    written(tmp_path / "mnist", change(mnist_files()))
    assert refused("mnist", tmp_path, kind).exit_code == 3


def cifar_files(count: int = 6) -> dict[str, bytes]:
    rng = np.random.default_rng(1)
    files = {}
    for i, name in enumerate([*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]):
        records = rng.integers(0, 256, (count, 3073)).astype(np.uint8)
        records[:, 0] = (np.arange(count) + i) % 10
        files[name] = records.tobytes()
    return files


def archive(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            info.size = len(content)
            tar.addfile(info, BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("form", ["folder", "archive"])
def test_cifar10_as_a_folder_or_an_archive(tmp_path: Path, form: str) -> None:
    files = cifar_files()
    if form == "folder":
        written(tmp_path / "cifar10" / "cifar-10-batches-bin", files)
    else:
        written(tmp_path / "cifar10", {"cifar-10-binary.tar.gz": archive(files)})
    data = load("cifar10", tmp_path)
    assert (data.train.x.shape, data.test.x.shape) == ((30, 3, 32, 32), (6, 3, 32, 32))
    first = np.frombuffer(files["data_batch_1.bin"], np.uint8).reshape(-1, 3073)[0]
    assert (data.train.x[0].reshape(-1) == first[1:]).all()
    assert data.train.y[0] == first[0]


CIFAR_ALTERED = [
    ("data_truncated", lambda f: f | {"data_batch_3.bin": f["data_batch_3.bin"][:-1]}),
    ("data_labels", lambda f: f | {"test_batch.bin": b"\x0b" + f["test_batch.bin"][1:]}),
    ("data_file_missing", lambda f: {k: v for k, v in f.items() if k != "data_batch_4.bin"}),
]


@pytest.mark.parametrize(("kind", "change"), CIFAR_ALTERED, ids=[c[0] for c in CIFAR_ALTERED])
def test_altered_cifar10(tmp_path: Path, kind: str, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    written(tmp_path / "cifar10", {"cifar-10-binary.tar.gz": archive(change(cifar_files()))})
    assert refused("cifar10", tmp_path, kind).exit_code == 3


@pytest.mark.parametrize("cut", [4, 900])
def test_a_broken_archive(tmp_path: Path, cut: int) -> None:
    written(tmp_path / "cifar10", {"cifar-10-binary.tar.gz": archive(cifar_files())[:-cut]})
    refused("cifar10", tmp_path, "data_broken")


def test_a_bit_that_turned_over_in_an_archive(tmp_path: Path) -> None:
    whole = archive(cifar_files())
    for place in range(2000, len(whole) - 8, len(whole) // 12):
        altered = bytearray(whole)
        altered[place] ^= 4
        written(tmp_path / "cifar10", {"cifar-10-binary.tar.gz": bytes(altered)})
        refused("cifar10", tmp_path, "data_broken")


def test_the_folder_of_another_set_is_not_taken(tmp_path: Path) -> None:
    written(tmp_path / "fashion-mnist", mnist_files())
    assert places.place_of(sources()["mnist"], str(tmp_path / "fashion-mnist")) is None
    assert places.place_of(sources()["fashion-mnist"], str(tmp_path)) is not None


def test_an_empty_mnist(tmp_path: Path) -> None:
    head = bytes([0, 0, 8, 3]) + (0).to_bytes(4, "big") + (28).to_bytes(4, "big") * 2
    empty = {
        name: gzip.compress(head if "images" in name else bytes([0, 0, 8, 1]) + bytes(4)) for name in mnist_files()
    }
    written(tmp_path / "mnist", empty)
    refused("mnist", tmp_path, "data_empty")


def test_pickles_are_never_read(tmp_path: Path) -> None:
    written(tmp_path / "cifar10" / "cifar-10-batches-py", {"data_batch_1": b"cos\nsystem\n(S'x'\ntR."})
    assert places.place_of(sources()["cifar10"], str(tmp_path)) is None


def test_mat_files_are_column_major_and_split_as_the_exercise_says(tmp_path: Path) -> None:
    from scipy.io import savemat

    rng = np.random.default_rng(2)
    pictures = rng.random((200, 20, 20))
    labels = np.repeat(np.arange(1, 11), 20)
    savemat(tmp_path / "ex7data.mat", {"X": pictures.transpose(0, 2, 1).reshape(200, 400), "y": labels[:, None]})
    data = load("ex7data", tmp_path)
    assert (len(data.train), len(data.validation or ()), len(data.test)) == (130, 10, 60)
    for split in (data.train, data.validation, data.test):
        assert split is not None
        counts = np.bincount(split.y, minlength=10)
        assert counts.min() == counts.max()  # each class alike; 10 stands for 0
    whole = np.concatenate([s.x[:, 0] for s in (data.train, data.validation, data.test) if s is not None])
    nearest = abs(whole[0].astype(float) / 255 - pictures).max((1, 2)).min()
    assert nearest < 0.01  # rows are rows again


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", np.zeros((0, 400))),
        ("X", np.array(["a", "b"])),
        ("X", {"a": 1}),
        ("X", np.zeros((30, 400)) + 1j),
        ("X", np.full((30, 400), np.nan)),
        ("y", np.full((30, 1), np.nan)),
        ("y", np.full((30, 1), 1.5)),
        ("y", np.array(["x"] * 30)),
    ],
    ids=["no rows", "texts", "a struct", "complex", "NaN", "NaN labels", "halves", "text labels"],
)
def test_mat_files_of_other_things(tmp_path: Path, name: str, value: Any) -> None:
    from scipy.io import savemat

    savemat(tmp_path / "ex7data.mat", {"X": np.zeros((30, 400)), "y": np.arange(30)[:, None] % 10 + 1} | {name: value})
    with pytest.raises(ConvcalcError) as error:
        load("ex7data", tmp_path)
    assert error.value.kind in ("data_broken", "data_part_empty", "data_counts")


def test_a_sparse_mat_file_is_one_all_the_same(tmp_path: Path) -> None:
    from scipy.io import savemat
    from scipy.sparse import csc_array

    x = np.random.default_rng(0).integers(0, 2, (40, 400)).astype(float)
    savemat(tmp_path / "ex7data.mat", {"X": csc_array(x), "y": np.arange(40)[:, None] % 10 + 1})
    assert load("ex7data", tmp_path).train.x.max() == 255


@pytest.mark.parametrize("change", ["no X", "not square", "no matrix", "counts", "a label", "a label below", "no file"])
def test_altered_mat_files(tmp_path: Path, change: str) -> None:
    from scipy.io import savemat

    values = {"X": np.zeros((30, 400)), "y": np.arange(30)[:, None] % 10 + 1}
    if change == "no X":
        values.pop("X")
    elif change == "not square":
        values["X"] = np.zeros((30, 399))
    elif change == "a label":
        values["y"][0] = 12
    elif change == "a label below":
        values["y"] = values["y"].astype(np.int16)
        values["y"][0] = -1
    elif change == "no matrix":
        values["X"] = np.zeros((30, 20, 20))
    elif change == "counts":
        values["X"] = np.zeros((29, 400))
    savemat(tmp_path / "ex7data.mat", values)
    if change == "no file":
        (tmp_path / "ex7data.mat").write_bytes(b"MATLAB 5.0 MAT-file" + b"x" * 300)
    kinds = {
        "no X": "data_file_missing",
        "not square": "data_not_square",
        "a label": "data_labels",
        "a label below": "data_labels",
        "no matrix": "data_no_rows",
        "counts": "data_counts",
        "no file": "data_broken",
    }
    error = refused("ex7data", tmp_path, kinds[change])
    if change.startswith("a label"):
        assert error.values["found"] == (12 if change == "a label" else -1)
    refused(str(tmp_path / "ex7data.mat"), None, kinds[change])


def test_a_stratified_split_is_the_seeds() -> None:
    y = np.repeat(np.arange(7), [50, 3, 20, 1, 10, 40, 9])
    rest, held = stratified(y, 0.2, 1)
    assert sorted([*rest, *held]) == list(range(len(y)))
    assert np.bincount(y[held], minlength=7).tolist() == [10, 1, 4, 0, 2, 8, 2]
    assert (stratified(y, 0.2, 1)[0] == rest).all()
    assert (stratified(y, 0.2, 2)[0] != rest).any()


def test_the_digits_that_need_no_network() -> None:
    data = load("digits", None, size=(1, 28, 28))
    assert (len(data.train) + len(data.test), data.train.x.shape[1:]) == (1797, (1, 28, 28))
    assert set(data.train.y.tolist()) == set(range(10))


def test_drawn_shapes_are_always_the_same() -> None:
    first, second = drawn(20, 5), drawn(20, 5)
    assert (first.x == second.x).all()
    assert (first.y == second.y).all()
    assert set(np.unique(first.y)) == set(range(len(SHAPES)))
