"""Data sets: good, truncated and altered files, downloads from a local server, folders of pictures, and the network refused."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import lzma
import socket
import struct
import tarfile
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convcalc.errors import ConvcalcError
from convcalc.train.data import Asked, Dataset, Remote, Source, places, sources, stratified
from convcalc.train.data.builtin import SHAPES, drawn
from convcalc.train.data.folders import decode, read_tree
from convcalc.train.data.reviews import numbered, vocabulary, words_of
from convcalc.train.feed import Feed, scaling_of

Quiet: Callable[..., None] = lambda *_: None  # noqa: E731


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, and no data of the machine's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CONVCALC_DATA", raising=False)
    return tmp_path / "cache" / "convcalc" / "data"


def idx(array: np.ndarray) -> bytes:
    return (
        bytes([0, 0, 8, array.ndim])
        + b"".join(struct.pack(">I", n) for n in array.shape)
        + array.astype(np.uint8).tobytes()
    )


def mnist_files(count: int = 40) -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    files = {}
    for prefix, n in (("train", count), ("t10k", count // 2)):
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(idx(rng.integers(0, 256, (n, 28, 28))))
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(idx(np.arange(n) % 10))
    return files


def written(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def load(name: str, folder: Path | None, **values: Any) -> Dataset:
    usual = values.pop("usual", "mnist")
    return places.load(name, None if folder is None else str(folder), Asked(**values), usual, Quiet)


def refused(name: str, folder: Path | None, kind: str, **values: Any) -> ConvcalcError:
    with pytest.raises(ConvcalcError) as error:
        load(name, folder, **values)
    assert error.value.kind == kind, error.value
    assert error.value.message("en") != error.value.message("vi")
    return error.value


# --- MNIST ------------------------------------------------------------------------------------------------------------


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


# --- CIFAR-10 ---------------------------------------------------------------------------------------------------------


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
    refused("mnist", tmp_path, "data_part_empty")


def test_pickles_are_never_read(tmp_path: Path) -> None:
    written(tmp_path / "cifar10" / "cifar-10-batches-py", {"data_batch_1": b"cos\nsystem\n(S'x'\ntR."})
    assert places.place_of(sources()["cifar10"], str(tmp_path)) is None


# --- reviews ----------------------------------------------------------------------------------------------------------

REVIEWS = {
    "train": [
        (1, "Quán rất ngon , nhân_viên dễ_thương"),
        (0, "đồ ăn dở quá , quán chờ lâu"),
        (1, "ngon quá"),
        (0, "dở rất dở"),
    ],
    "valid": [(1, "rất ngon"), (0, "chờ quá lâu")],
    "test": [(1, "quán ngon"), (0, "!!!"), (0, "dở")],
}


def tsv(rows: list[tuple[int, str]]) -> bytes:
    return ("id\tlabel\ttext\n" + "".join(f"{i}\t{label}\t{text}\n" for i, (label, text) in enumerate(rows))).encode()


@pytest.mark.parametrize("form", ["tsv", "xz", "folders"])
def test_reviews_in_every_form(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "ntc-scv"
    known = {"train": "data_train/train", "valid": "data_train/test", "test": "data_test/test"}
    for part, rows in REVIEWS.items():
        if form == "folders":
            written(
                folder,
                {
                    f"{known[part]}/{('neg', 'pos')[label]}/{i}.txt": text.encode()
                    for i, (label, text) in enumerate(rows)
                },
            )
        else:
            content = tsv(rows)
            written(
                folder,
                {f"{part}.tsv" + (".xz" if form == "xz" else ""): lzma.compress(content) if form == "xz" else content},
            )
    data = load("ntc-scv", tmp_path, usual="ntc-scv")
    assert data.words[:2] == ("<pad>", "<unk>")
    assert set(data.words[2:]) == {"dở", "ngon", "quá", "quán", "rất"}  # those that stand in the training part twice
    assert sorted(data.train.y.tolist()) == [0, 0, 1, 1]
    assert data.validation is not None
    assert len(data.validation) == 2
    empty = int(np.flatnonzero((data.test.lengths == 1) & (data.test.x[:, 0] == 1))[0])
    assert data.test.y[empty] == 0  # a text without words is one unknown word


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"0\t1\tngon\n1\t2\tsai\n", "data_line"),
        (b"0\t1\n", "data_line"),
        (b"0\t1\tngon\n", "data_class_empty"),
        (b"0\t1\t\xff\xfe\n", "data_broken"),
    ],
)
def test_altered_reviews(tmp_path: Path, content: bytes, kind: str) -> None:
    files = {f"{part}.tsv": tsv(rows) for part, rows in REVIEWS.items()}
    written(tmp_path / "ntc-scv", files | {"train.tsv": content})
    refused("ntc-scv", tmp_path, kind)


def test_texts_that_have_no_word_in_common(tmp_path: Path) -> None:
    lines = "".join(f"{i}\t{i % 2}\tw{i}\n" for i in range(8)).encode()
    written(tmp_path / "ntc-scv", {f"{part}.tsv": lines for part in ("train", "valid", "test")})
    refused("ntc-scv", tmp_path, "data_no_words")


def test_a_text_may_be_long(tmp_path: Path) -> None:
    lines = ("0\t0\t" + "dở " * 60_000 + "\n1\t1\tngon dở\n").encode()
    written(tmp_path / "ntc-scv", {f"{part}.tsv": lines for part in ("train", "valid", "test")})
    assert load("ntc-scv", tmp_path).words == ("<pad>", "<unk>", "dở")


def test_words_and_numbers() -> None:
    assert words_of("Quán NGON, nhân_viên dễ_thương!!! 10/10") == ["quán", "ngon", "nhân_viên", "dễ_thương", "10", "10"]
    words = vocabulary([["a", "b"], ["a", "c"], ["b", "a"]])
    assert words == ("<pad>", "<unk>", "a", "b")
    x, lengths = numbered([["a", "c", "b"], []], words)
    assert (x.tolist(), lengths.tolist()) == ([[2, 1, 3], [1, 0, 0]], [3, 1])


# --- .mat -------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("change", ["no X", "not square", "a label", "no file"])
def test_altered_mat_files(tmp_path: Path, change: str) -> None:
    from scipy.io import savemat

    values = {"X": np.zeros((30, 400)), "y": np.arange(30)[:, None] % 10 + 1}
    if change == "no X":
        values.pop("X")
    elif change == "not square":
        values["X"] = np.zeros((30, 399))
    elif change == "a label":
        values["y"][0] = 12
    savemat(tmp_path / "ex7data.mat", values)
    if change == "no file":
        (tmp_path / "ex7data.mat").write_bytes(b"MATLAB 5.0 MAT-file" + b"x" * 300)
    kinds = {
        "no X": "data_file_missing",
        "not square": "data_counts",
        "a label": "data_labels",
        "no file": "data_broken",
    }
    refused("ex7data", tmp_path, kinds[change])
    refused(str(tmp_path / "ex7data.mat"), None, kinds[change])


# --- folders of pictures ----------------------------------------------------------------------------------------------


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (12, 9), form: str = "PNG") -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


def tree(folder: Path, parts: tuple[str, ...] = ("",), count: int = 10) -> Path:
    for part in parts:
        for i, name in enumerate(("cbb", "cbsd", "healthy")):
            colour = tuple(200 if c == i else 20 for c in range(3))
            written(folder / part / name, {f"{k}.png": picture(colour) for k in range(count)})  # type: ignore[arg-type]
    return folder


SIZE = (3, 16, 16)


def test_a_tree_with_its_own_parts(tmp_path: Path) -> None:
    data = read_tree(tree(tmp_path, ("train", "validation", "test")), Asked(SIZE))
    assert data.classes == ("cbb", "cbsd", "healthy")
    assert [len(s) for s in (data.train, data.validation, data.test) if s is not None] == [30, 30, 30]
    assert data.train.x.shape == (30, *SIZE)
    assert (data.train.x[data.train.y == 1][:, 1] == 200).all()


def test_a_tree_that_is_split_here(tmp_path: Path) -> None:
    data = read_tree(tree(tmp_path), Asked(SIZE, seed=3))
    assert [len(s) for s in (data.train, data.validation, data.test) if s is not None] == [21, 3, 6]
    again = read_tree(tmp_path, Asked(SIZE, seed=3))
    assert data.checksum() == again.checksum()
    assert data.checksum() != read_tree(tmp_path, Asked(SIZE, seed=4)).checksum()


def test_broken_pictures_are_named_and_left_out_only_when_asked(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "cbb" / "3.png").write_bytes(picture((1, 2, 3))[:40])
    (tmp_path / "healthy" / "7.png").write_text("no picture")
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path, Asked(SIZE))
    assert error.value.kind == "data_pictures"
    assert "3.png" in error.value.message()
    data = read_tree(tmp_path, Asked(SIZE, skip_bad=True))
    assert sum(len(s) for s in (data.train, data.validation, data.test) if s is not None) == 28
    assert "2 pictures" in data.notes[0][0]


def test_what_was_left_out_of_a_large_tree_is_remembered(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)
    tree(tmp_path / "pictures")
    (tmp_path / "pictures" / "cbb" / "3.png").write_text("no picture")
    first = read_tree(tmp_path / "pictures", Asked(SIZE, skip_bad=True))
    monkeypatch.setattr("convcalc.train.data.folders.decode", lambda *_: pytest.fail("decoded again"))
    second = read_tree(tmp_path / "pictures", Asked(SIZE, skip_bad=True))
    assert (first.checksum(), first.notes) == (second.checksum(), second.notes)
    assert "1 picture:" in second.notes[0][0]
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path / "pictures", Asked(SIZE))
    assert error.value.kind == "data_pictures"


def test_every_broken_picture_is_counted(tmp_path: Path) -> None:
    tree(tmp_path)
    for i in range(7):
        (tmp_path / "cbb" / f"{i}.png").write_text("no picture")
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path, Asked(SIZE))
    assert ": 7:" in error.value.message()
    assert error.value.message("vi").startswith("7 ảnh")


def test_parts_in_capitals_and_classes_that_are_only_tested(tmp_path: Path) -> None:
    data = read_tree(tree(tmp_path, ("Train", "TEST")), Asked(SIZE))
    assert data.classes == ("cbb", "cbsd", "healthy")
    written(tmp_path / "TEST" / "unknown", {"0.png": picture((1, 2, 3))})
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path, Asked(SIZE))
    assert error.value.kind == "data_unknown_class"
    assert "unknown" in error.value.message()


def test_pictures_of_every_kind_are_seen_as_people_see_them(tmp_path: Path) -> None:
    from PIL import Image

    ramp = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    Image.fromarray(ramp).save(tmp_path / "16.png")  # 16 bits of grey
    assert (decode(tmp_path / "16.png", 1, 16, 16)[0] == ramp // 257).all()
    stroke = np.zeros((8, 8, 4), np.uint8)
    stroke[2:6, 3:5, 3] = 255  # black where it is not transparent
    Image.fromarray(stroke).save(tmp_path / "alpha.png")
    seen = decode(tmp_path / "alpha.png", 1, 8, 8)[0]
    assert (seen[2:6, 3:5] == 0).all()
    assert (seen[:2] == 255).all()
    upper = np.zeros((8, 12, 3), np.uint8)
    upper[:4] = 250
    image = Image.fromarray(upper)
    exif = image.getexif()
    exif[0x0112] = 6  # the camera was turned: to be shown turned by 90° to the right
    image.save(tmp_path / "phone.jpg", exif=exif, quality=95)
    turned = decode(tmp_path / "phone.jpg", 1, 12, 8)[0]
    assert turned[:, 6:].min() > 200
    assert turned[:, :2].max() < 50


def test_an_empty_class_and_no_classes(tmp_path: Path) -> None:
    tree(tmp_path)
    (tmp_path / "new").mkdir()
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path, Asked(SIZE))
    assert error.value.kind == "data_class_empty"
    (tmp_path / "other").mkdir()
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path / "other", Asked(SIZE))
    assert error.value.kind == "data_no_classes"


def test_large_trees_are_decoded_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)
    tree(tmp_path / "pictures", ("train", "test"))
    first = read_tree(tmp_path / "pictures", Asked(SIZE))
    assert isinstance(first.train.x, np.memmap)
    assert len(list((cache / "decoded").glob("*.npy"))) == 2
    calls: list[Path] = []
    monkeypatch.setattr("convcalc.train.data.folders.decode", lambda path, *_: calls.append(path))
    second = read_tree(tmp_path / "pictures", Asked(SIZE))
    assert (calls, second.checksum()) == ([], first.checksum())
    (tmp_path / "pictures" / "train" / "cbb" / "0.png").write_bytes(picture((9, 9, 9)))
    with pytest.raises(Exception):  # noqa: B017, PT011 — the changed tree is decoded again, here by what decodes nothing
        read_tree(tmp_path / "pictures", Asked(SIZE)).checksum()
    assert calls


def test_a_large_folder_that_is_split_here_stays_a_file(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path / "pictures")
    small = read_tree(tmp_path / "pictures", Asked(SIZE))
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)
    large = read_tree(tmp_path / "pictures", Asked(SIZE))
    assert large.checksum() == small.checksum()
    for part in ("train", "validation", "test"):
        one, other = getattr(large, part), getattr(small, part)
        assert isinstance(one.x, np.memmap)
        assert one.x.filename == large.train.x.filename
        assert (one.rows(slice(None)) == other.x).all()
        assert (one.y == other.y).all()
        again = one.take(np.arange(len(one))[::-1])
        assert isinstance(again.x, np.memmap)
        assert (again.rows(0) == other.x[-1]).all()
        batches = [
            [batch.x for _, batch in Feed(split, torch.device("cpu"), SIZE, scaling_of(split, "data"), 0).in_order(3)]
            for split in (one, other)
        ]
        assert all(torch.equal(a, b) for a, b in zip(*batches, strict=True))


def test_a_disk_that_is_full_ends_in_a_sentence(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)

    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    tree(tmp_path / "pictures")
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path / "pictures", Asked(SIZE))
    assert (error.value.kind, error.value.exit_code) == ("cannot_write", 3)
    assert list((cache / "decoded").iterdir()) == []


# --- splits, and sets that are made here ------------------------------------------------------------------------------


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


# --- downloads --------------------------------------------------------------------------------------------------------


class Server:
    """Files over HTTP on this machine; `cut` ends the first answer for a file after so many bytes."""

    def __init__(self, files: dict[str, bytes], cut: int | None = None) -> None:
        self.files, self.asked = files, []  # type: ignore[var-annotated]
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                outer.asked.append((name, self.headers.get("Range")))
                content = outer.files.get(name)
                if content is None:
                    self.send_error(404)
                    return
                start = 0
                if self.headers.get("Range"):
                    start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
                    self.send_response(206)
                else:
                    self.send_response(200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                end = cut if cut is not None and sum(n == name for n, _ in outer.asked) == 1 else len(content)
                self.wfile.write(content[start:end])

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """serve(files, mirrors=…): MNIST's files come from there."""
    made: list[Server] = []

    def start(
        files: dict[str, bytes], right: dict[str, bytes] | None = None, cut: int | None = None, dead: bool = False
    ) -> Server:
        server = Server(files, cut)
        made.append(server)
        source = sources()["mnist"]
        mirrors = (*(("http://127.0.0.1:9/",) if dead else ()), server.url)
        remotes = tuple(
            Remote(
                f.name,
                hashlib.md5((right or files)[f.name]).hexdigest(),
                tuple(m + f.name for m in mirrors),
                f.optional,
            )
            for f in source.files
        )
        monkeypatch.setitem(
            sources(), "mnist", Source(source.name, source.title, source.folders, source.found, source.load, remotes)
        )
        return server

    yield start
    for server in made:
        server.close()


def test_a_download_and_then_none(serve: Callable[..., Server], cache: Path) -> None:
    server = serve(mnist_files())
    assert len(load("mnist", None).train) == 40
    there = [path.name for path in (cache / "mnist").iterdir() if not path.name.endswith(".lock")]
    assert sorted(there) == sorted(mnist_files())
    count = len(server.asked)
    assert len(load("mnist", None).train) == 40
    assert len(server.asked) == count == 4


def test_a_second_mirror(serve: Callable[..., Server]) -> None:
    serve(mnist_files(), dead=True)
    assert len(load("mnist", None).train) == 40


def test_a_broken_connection_is_taken_up_again(serve: Callable[..., Server], cache: Path) -> None:
    server = serve(mnist_files(), cut=20_000)
    with pytest.raises(ConvcalcError) as error:
        load("mnist", None)
    assert error.value.kind == "no_download"
    for _ in range(4):
        try:
            data = load("mnist", None)
        except ConvcalcError:
            continue
    assert len(data.train) == 40
    assert any(asked == "bytes=16384-" for _, asked in server.asked)
    assert not list((cache / "mnist").glob(".*.part"))


def test_an_altered_download_is_not_kept(serve: Callable[..., Server], cache: Path) -> None:
    files = mnist_files()
    serve({name: content[:-1] + b"\x07" for name, content in files.items()}, right=files)
    error = refused("mnist", None, "no_download")
    assert error.exit_code == 3
    assert "checksum" in error.message()
    assert [path for path in (cache / "mnist").iterdir() if not path.name.startswith(".")] == []


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_without_a_network_auto_takes_the_digits_and_says_so() -> None:
    data = load("auto", None, size=(1, 28, 28))
    assert (data.name, data.train.x.shape[1:]) == ("digits", (1, 28, 28))
    assert "digits" in data.notes[0][0]
    assert "mnist" in data.notes[0][1]


@pytest.mark.usefixtures("no_network")
def test_a_cache_that_cannot_be_written_is_like_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    data = places.load("auto", None, Asked((1, 28, 28)), "mnist", lambda *_: None)
    assert data.name == "digits"
    assert "cannot be downloaded" in data.notes[0][0]


def test_without_a_network_a_named_set_does_not_fall_back() -> None:
    error = refused("mnist", None, "no_download")
    assert error.exit_code == 3
    assert error.hint() is not None
    assert refused("ntc-scv", None, "data_not_found").exit_code == 3
    assert refused("nothing-such", None, "no_such_data").exit_code == 3
