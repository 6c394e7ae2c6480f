"""Folders of pictures: their parts, broken ones, and caches."""

from __future__ import annotations

import fcntl
import io
import os
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch

from convcalc.errors import ConvcalcError
from convcalc.train.data import Array, Asked
from convcalc.train.data.decoded import Decoded
from convcalc.train.data.folders import decode, read_tree, unwarned
from convcalc.train.feed import Feed, scaling_of
from convcalc.train.reasons import Why
from convcalc.train.recipes import recipe_of
from convcalc.train.summary import published_for
from training.files import written
from training.runs import trained


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


def large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree in `pictures` that counts as too large for the memory."""
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)
    tree(folder / "pictures")


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
    large(tmp_path, monkeypatch)
    (tmp_path / "pictures" / "cbb" / "3.png").write_text("no picture")
    first = read_tree(tmp_path / "pictures", Asked(SIZE, skip_bad=True))
    looked: list[str] = []

    def watched(path: Path, *size: int) -> np.ndarray:
        looked.append(path.name)
        return decode(path, *size)

    monkeypatch.setattr("convcalc.train.data.folders.decode", watched)
    second = read_tree(tmp_path / "pictures", Asked(SIZE, skip_bad=True))
    assert looked == ["3.png"]  # which may be readable by now
    assert (first.checksum(), first.notes) == (second.checksum(), second.notes)
    assert "1 picture:" in second.notes[0][0]
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path / "pictures", Asked(SIZE))
    assert error.value.kind == "data_pictures"


def test_a_picture_that_can_be_read_again_is_there(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(tmp_path, monkeypatch)
    whole = read_tree(tmp_path / "pictures", Asked(SIZE)).checksum()
    for path in (cache / "decoded").glob("*.npy"):
        path.unlink()
    with monkeypatch.context() as patch:

        def unreadable(path: Path, *size: int) -> np.ndarray:
            if path.name == "3.png":
                raise PermissionError(13, "Permission denied")
            return decode(path, *size)

        patch.setattr("convcalc.train.data.folders.decode", unreadable)
        assert "3 pictures" in read_tree(tmp_path / "pictures", Asked(SIZE, skip_bad=True)).notes[0][0]
    assert read_tree(tmp_path / "pictures", Asked(SIZE)).checksum() == whole


def test_two_at_once_decode_a_tree_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large(tmp_path, monkeypatch)
    looked: list[Path] = []
    begun = threading.Event()

    def slow(path: Path, *size: int) -> np.ndarray:
        looked.append(path)
        begun.set()
        time.sleep(0.005)
        return decode(path, *size)

    monkeypatch.setattr("convcalc.train.data.folders.decode", slow)
    found: list[str] = []
    one, two = (
        threading.Thread(target=lambda: found.append(read_tree(tmp_path / "pictures", Asked(SIZE)).checksum()))
        for _ in range(2)
    )
    one.start()
    assert begun.wait(60)
    two.start()
    one.join()
    two.join()
    assert (len(looked), len(set(found)), len(found)) == (30, 1, 2)


def test_a_cache_of_somebody_else_is_read(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large(tmp_path, monkeypatch)
    first = read_tree(tmp_path / "pictures", Asked(SIZE)).checksum()
    monkeypatch.setattr("convcalc.train.data.decoded._lock", lambda path: Path("/proc/nowhere"))
    assert read_tree(tmp_path / "pictures", Asked(SIZE)).checksum() == first


def test_a_link_to_nothing_and_a_name_in_no_encoding(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(tmp_path, monkeypatch)
    (tmp_path / "pictures" / "cbb" / "x.png").symlink_to("nowhere.png")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/pictures/cbb/\xff.png"))).write_bytes(picture((1, 2, 3)))
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path / "pictures", Asked(SIZE))
    assert (error.value.kind, "x.png" in error.value.message()) == ("data_pictures", True)
    data = read_tree(tmp_path / "pictures", Asked(SIZE, skip_bad=True))
    assert sum(len(s) for s in (data.train, data.validation, data.test) if s is not None) == 31


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

    ramp = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257 ^ 0x5A  # two bytes that differ
    Image.fromarray(ramp).save(tmp_path / "16.png")  # 16 bits of grey
    assert (decode(tmp_path / "16.png", 1, 16, 16)[0] == ramp // 256).all()
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


def test_a_tree_is_no_published_set_whatever_its_name(tmp_path: Path) -> None:
    data = read_tree(tree(tmp_path / "mnist"), Asked(SIZE))
    assert (data.name, published_for(recipe_of("lenet"), data)) == ("mnist", None)


def test_what_systems_and_editors_hide_is_no_picture(tmp_path: Path) -> None:
    tree(tmp_path)
    written(tmp_path / "cbb" / ".ipynb_checkpoints", {"0.png": picture((1, 2, 3))})
    written(tmp_path / "cbb" / "more" / "__MACOSX", {"0.png": b""})
    written(tmp_path / "cbb", {"._0.png": b"no picture"})
    (tmp_path / "cbsd" / "raw.jpg").mkdir()
    data = read_tree(tmp_path, Asked(SIZE))
    assert sum(len(part) for part in (data.train, data.validation, data.test) if part is not None) == 30
    written(tmp_path / "cbsd" / "raw.jpg", {"x.png": picture((1, 2, 3))})
    data = read_tree(tmp_path, Asked(SIZE))
    assert sum(len(part) for part in (data.train, data.validation, data.test) if part is not None) == 31


def test_folders_beside_the_parts_are_named(tmp_path: Path) -> None:
    data = read_tree(tree(tmp_path, ("train", "val", "test", "valid", "dev")), Asked(SIZE))
    assert data.notes == (("folders that are not used: dev, val", "các thư mục không dùng đến: dev, val"),)
    assert read_tree(tree(tmp_path / "x", ("train", "val")), Asked(SIZE)).notes == ()


def test_parts_with_none_to_train_on(tmp_path: Path) -> None:
    with pytest.raises(ConvcalcError) as error:
        read_tree(tree(tmp_path, ("val", "test")), Asked(SIZE))
    assert error.value.kind == "data_no_train"


def test_classes_with_names_of_old_archives(tmp_path: Path) -> None:
    """In no encoding: shown with a sign in their place, and trained on like others."""
    folder = tree(tmp_path / "leaves")
    (folder / "cbb").rename(os.fsdecode(os.fsencode(folder) + b"/caf\xe9"))
    found, kept = trained(tmp_path, data=str(folder), epochs=1, limit=None, batch=8)
    assert found["state"] == "done"
    assert kept.config()["classes"][0] == "caf\ufffd"
    other = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9")
    folder.rename(other)
    found, kept = trained(tmp_path, data=other, epochs=1, limit=None, batch=8, name="x", skip_bad=True)
    assert kept.config()["options"]["data"] == other


def test_warnings_of_pillow_are_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a warning is an error."""
    from PIL import Image

    written(tmp_path, {"x.png": picture((9, 9, 9), (12, 9))})
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60)
    with unwarned():
        assert decode(tmp_path / "x.png", 1, 4, 4).shape == (1, 4, 4)
    with pytest.warns(Image.DecompressionBombWarning):
        decode(tmp_path / "x.png", 1, 4, 4)
    assert len(read_tree(_twice(tmp_path / "x.png", tmp_path / "tree"), Asked((1, 4, 4))).train) > 0
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(ValueError, match="pixels"):
        decode(tmp_path / "x.png", 1, 4, 4)


def _twice(path: Path, folder: Path) -> Path:
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for i in range(4):
            (folder / name / f"{i}.png").write_bytes(path.read_bytes())
    return folder


def test_fractions_are_no_pixels(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(np.full((8, 8), 0.5, np.float32)).save(tmp_path / "x.tif")
    with pytest.raises(ValueError, match="fractions"):
        decode(tmp_path / "x.tif", 1, 8, 8)


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
    assert (error.value.kind, error.value.exit_code) == ("cache_full", 3)
    assert [path.suffix for path in (cache / "decoded").iterdir()] == [".lock"]


def cut(decoded: Path) -> None:
    path = next(decoded.glob("*.npy"))
    path.write_bytes(path.read_bytes()[:-5])


def lose(decoded: Path) -> None:
    next(decoded.glob("*.json")).unlink()


def mix(decoded: Path) -> None:
    next(decoded.glob("*.json")).write_text("[[0")


def change(decoded: Path) -> None:
    np.save(next(decoded.glob("*.npy")), np.zeros((30, 3, 16, 17), np.uint8))


@pytest.mark.parametrize("damage", [cut, lose, mix, change])
def test_decoded_pictures_that_are_not_whole_are_decoded_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    large(tmp_path, monkeypatch)
    first = read_tree(tmp_path / "pictures", Asked(SIZE)).checksum()
    damage(cache / "decoded")
    again = read_tree(tmp_path / "pictures", Asked(SIZE))
    assert again.checksum() == first
    monkeypatch.setattr("convcalc.train.data.folders.decode", lambda *_: pytest.fail("decoded again"))
    assert read_tree(tmp_path / "pictures", Asked(SIZE)).checksum() == first


def test_the_same_tree_by_another_way_is_decoded_once(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(tmp_path, monkeypatch)
    (tmp_path / "link").symlink_to(tmp_path / "pictures")
    monkeypatch.chdir(tmp_path)
    found = {
        read_tree(path, Asked(SIZE)).checksum() for path in (Path("pictures"), tmp_path / "pictures", Path("link"))
    }
    assert (len(found), len(list((cache / "decoded").glob("*.npy")))) == (1, 1)


def test_what_a_killed_process_had_begun_goes(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)
    left = {".00aa-7.npy": b"begun", ".11bb-8.npy": b"begun by one that lives"}
    written(cache / "decoded", left)
    tree(tmp_path / "pictures")
    with (cache / "decoded" / "11bb.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        read_tree(tmp_path / "pictures", Asked(SIZE))
    assert [path.name for path in (cache / "decoded").glob(".*.npy")] == [".11bb-8.npy"]


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ConvcalcError) as error:
        read_tree(tree(tmp_path / "pictures"), Asked(SIZE))
    assert (error.value.kind, error.value.exit_code) == ("cache_full", 3)
    assert str(tmp_path / "file") in error.value.message("en")


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    for name in ("bus", "car", "train"):
        written(tmp_path / name, {f"{k}.png": picture((k, k, k)) for k in range(6)})
    written(tmp_path / "__MACOSX" / "bus", {"._0.png": b"rest of an archive"})
    assert read_tree(tmp_path, Asked(SIZE)).classes == ("bus", "car", "train")


@pytest.mark.parametrize("names", [("train", "val"), ("train", "test1"), ("train", "validation", "x"), ("train", "x")])
def test_parts_without_classes_are_no_classes(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        written(tmp_path / name, {f"{k}.png": picture((k, k, k)) for k in range(6)})
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path, Asked(SIZE))
    assert (error.value.kind, error.value.exit_code) == ("data_no_classes", 2)


def test_a_file_system_without_locks(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.train.data.folders.IN_MEMORY", 1000)

    def refuse(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    tree(tmp_path / "pictures")
    assert (
        read_tree(tmp_path / "pictures", Asked(SIZE)).checksum()
        == read_tree(tmp_path / "pictures", Asked(SIZE)).checksum()
    )


def test_nobody_reads_what_is_being_decoded_again(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was left out belongs to the pictures of before, and goes before they do."""
    large(tmp_path, monkeypatch)
    read_tree(tmp_path / "pictures", Asked(SIZE))
    paths = [path for name in ("cbb", "cbsd", "healthy") for path in sorted((tmp_path / "pictures" / name).iterdir())]
    place = Decoded.of(paths, (30, *SIZE))
    found = place.read()
    assert found is not None
    assert not found[0].flags.writeable  # what could be written to would have to fit into the memory

    def fill(x: Array) -> dict[int, Why]:
        assert Decoded.of(paths, (30, *SIZE)).read() is None
        return {0: {"reason": "it is no picture"}}

    with place.held():
        place.made(fill, False)
    assert place.read() is None


def test_a_pipe_is_no_picture_and_other_files_are_named(tmp_path: Path) -> None:
    tree(tmp_path)
    os.mkfifo(tmp_path / "cbb" / "pipe.png")
    (tmp_path / "cbb" / "readme.txt").write_text("x")
    (tmp_path / "healthy" / "model.heic").write_text("x")
    with pytest.raises(ConvcalcError) as error:
        read_tree(tmp_path, Asked(SIZE))
    assert (error.value.kind, "pipe.png" in error.value.message()) == ("data_pictures", True)
    data = read_tree(tmp_path, Asked(SIZE, skip_bad=True))
    assert "not used: 2 files that are no pictures (.heic, .txt)" in [note[0] for note in data.notes]


def test_a_large_jpeg_is_what_it_was(tmp_path: Path) -> None:
    """Less is decoded of it than all; the values are nearly those of the whole picture."""
    from PIL import Image, ImageOps

    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 256, (12, 9, 3), dtype=np.uint8))
    turned = Image.Exif()
    turned[0x0112] = 6
    small.resize((900, 1200), Image.Resampling.BICUBIC).save(tmp_path / "x.jpg", quality=95, exif=turned)
    with Image.open(tmp_path / "x.jpg") as image:
        whole = ImageOps.exif_transpose(image).convert("RGB").resize((40, 30), Image.Resampling.BILINEAR)
    found = decode(tmp_path / "x.jpg", 3, 30, 40).astype(int)
    off = np.abs(found - np.asarray(whole, int).transpose(2, 0, 1))
    assert (off.mean() < 0.5, off.max() < 6) == (True, True), (off.mean(), off.max())


def test_decoding_is_told_of(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    read_tree(tree(tmp_path), Asked(SIZE), lambda there, total: told.append((there, total)))
    assert told == [(i + 1, 30) for i in range(30)]


def test_a_decoding_that_takes_long_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from convcalc.train import live

    clock = iter(range(100))
    monkeypatch.setattr(live.time, "perf_counter", lambda: 0.3 * next(clock))
    for pictures, said in ((3, ""), (9, "đang đọc 9 ảnh\n")):
        out = Console(file=io.StringIO(), width=80)
        shown = live.Live(out, "vi")
        for i in range(pictures):
            shown.told("decoding", {"there": i + 1, "total": pictures})
        assert out.file.getvalue() == said  # type: ignore[attr-defined]
