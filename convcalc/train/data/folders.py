"""Pictures in a folder for each class: train, validation and test beside each other, or one folder that is split here."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from convcalc.errors import ConvcalcError
from convcalc.train.data import Array, Asked, Dataset, Split, decoded, stratified
from convcalc.train.reasons import Unreadable, Why, why

ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp", ".avif", ".tif", ".tiff", ".ppm", ".pgm")
_PARTS = {"train": ("train", "training"), "validation": ("validation", "valid", "val"), "test": ("test", "testing")}
# More is decoded into a file and read from there.
IN_MEMORY = 512 * 2**20
TEST, VALIDATION = 0.2, 0.1
NAMED = 3
# Pillow lets other threads run while it decodes; each holds a whole picture. So many pictures are given to them at once.
THREADS, TOGETHER = 8, 256

# Told of pictures that are decoded: how many are, and how many there are.
Told = Callable[[int, int], None]


def read_tree(folder: Path, asked: Asked, told: Told = lambda there, total: None) -> Dataset:
    """The pictures below a folder, decoded to the size that is asked for; raises `ConvcalcError` for what is broken."""
    there = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_dir()}
    parts = {part: next((there[name] for name in names if name in there), None) for part, names in _PARTS.items()}
    if (
        parts["train"] is None
        and any(parts.values())
        and set(_inside(folder)) <= {path.name for path in parts.values() if path is not None}
    ):
        raise ConvcalcError("data_no_train", path=str(folder))
    if parts["train"] is None or _is_class(parts["train"], list(there)):
        return _split_here(folder, asked, told)
    classes = _classes(parts["train"])
    found: dict[str, Split] = {}
    bad: list[tuple[Path, Why]] = []
    others: list[Path] = []
    for part, place in parts.items():
        if place is not None:
            unknown = sorted(set(_classes(place)) - set(classes))
            if unknown:
                raise ConvcalcError("data_unknown_class", path=str(place), name=unknown[0], train=str(parts["train"]))
            paths, labels, no_pictures = _paths(place, classes)
            others += no_pictures
            x, kept, broken = _decoded(paths, asked, told)
            bad += broken
            found[part] = Split(x, _all_there(labels[kept], classes, place))
    _complain(bad, asked)
    train, validation = found["train"], found.get("validation")
    test = found.get("test")
    if test is None:
        rest, held = stratified(train.y, TEST, asked.seed)
        train, test = train.take(rest), train.take(held)
    unused = sorted(set(_inside(folder)) - {place.name for place in parts.values() if place is not None})
    return _dataset(folder, classes, train, test, validation, _notes(bad) + _beside(unused) + _unread(others))


def _split_here(folder: Path, asked: Asked, told: Told) -> Dataset:
    classes = _classes(folder)
    paths, labels, others = _paths(folder, classes)
    x, kept, bad = _decoded(paths, asked, told)
    _complain(bad, asked)
    whole = Split(x, _all_there(labels[kept], classes, folder))
    rest, test = stratified(whole.y, TEST, asked.seed)
    train, validation = stratified(whole.y[rest], VALIDATION, asked.seed)
    return _dataset(
        folder,
        classes,
        whole.take(rest[train]),
        whole.take(test),
        whole.take(rest[validation]),
        _notes(bad) + _unread(others),
    )


def _dataset(
    folder: Path, classes: tuple[str, ...], train: Split, test: Split, validation: Split | None, notes: tuple[tuple[str, str], ...]
) -> Dataset:  # fmt: skip
    """Whatever it is called, it is not known to be what somebody published."""
    names = tuple(shown(name) for name in classes)
    name = folder.name if folder.name not in ("", "..") else folder.resolve().name
    return Dataset(shown(name), names, train, test, validation, notes=notes, whole=False)


def shown(name: object) -> str:
    """A name of the file system as text: what is no UTF-8 in it is replaced."""
    return str(name).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_class(train: Path, beside: list[str]) -> bool:
    """Whether a folder called train holds the pictures of a class: two other classes at least, and no part, lie beside it."""
    others = [name for name in beside if name != train.name.lower() and not name.startswith((".", "__macosx"))]
    parts = any(name.startswith(("train", "val", "test")) for name in others)
    return not _inside(train) and not parts and len(others) >= 2


def _inside(folder: Path) -> tuple[str, ...]:
    """The folders in a folder; those of archives and of systems are none."""
    found = (path.name for path in folder.iterdir() if path.is_dir())
    return tuple(sorted(name for name in found if not name.startswith((".", "__MACOSX"))))


def _classes(folder: Path) -> tuple[str, ...]:
    names = _inside(folder)
    if len(names) < 2:
        raise ConvcalcError("data_no_classes", path=str(folder), count=len(names))
    return names


def _paths(folder: Path, classes: tuple[str, ...]) -> tuple[list[Path], Array, list[Path]]:
    """The pictures of all classes, their labels, and files that are no pictures."""
    paths: list[Path] = []
    labels: list[int] = []
    others: list[Path] = []
    for label, name in enumerate(classes):
        files = _files(folder / name)
        found = [path for path in files if path.suffix.lower() in ENDINGS]
        if not found:
            raise ConvcalcError("data_class_empty", path=str(folder), name=name)
        paths += found
        labels += [label] * len(found)
        others += [path for path in files if path.suffix.lower() not in ENDINGS]
    return paths, np.array(labels, np.int64), others


def _files(folder: Path) -> list[Path]:
    """All files below a folder; what systems and editors hide there is none of them."""
    found: list[Path] = []
    for root, folders, files in os.walk(folder, onerror=_closed):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        found += [Path(root, name) for name in files if not name.startswith((".", "__MACOSX"))]
    return sorted(found)


def _closed(error: OSError) -> None:
    """A folder that cannot be read, whose pictures would be missing without a word."""
    if not isinstance(error, FileNotFoundError):  # a part has no folder for a class
        raise error


def _decoded(paths: list[Path], asked: Asked, told: Told) -> tuple[Array, Array, list[tuple[Path, Why]]]:
    """Pictures (N, C, H, W), the places of those that could be decoded, and the others with the reason."""
    size = asked.size or (3, 64, 64)
    shape = (len(paths), *size)
    if int(np.prod(shape)) <= IN_MEMORY:
        x: Array = np.empty(shape, np.uint8)
        bad = _fill(x, paths, size, told)
    else:
        place = decoded.Decoded.of(paths, shape)
        there = _good(place.read(), paths, size)
        if there is None:
            with place.held():
                there = _good(place.read(), paths, size)  # another process may have been at it
                if there is None:
                    there = place.made(lambda x: _fill(x, paths, size, told), asked.skip_bad)
        x, bad = there
    kept = np.array([i for i in range(len(paths)) if i not in bad], np.int64)
    return x[: len(kept)], kept, [(paths[i], reason) for i, reason in bad.items()]


def _good(
    found: tuple[Array, dict[int, Why]] | None, paths: list[Path], size: tuple[int, int, int]
) -> tuple[Array, dict[int, Why]] | None:
    """What was decoded before, unless a picture that could not be read then can be now."""
    for i in found[1] if found is not None else ():
        with suppress(Exception), unwarned():
            decode(paths[i], *size)
            return None
    return found


def _fill(x: Array, paths: list[Path], size: tuple[int, int, int], told: Told) -> dict[int, Why]:
    """Decode all pictures into x, in their order; the numbers of those that cannot be decoded, and why."""
    bad: dict[int, Why] = {}

    def one(path: Path) -> Array | Why:
        try:
            return decode(path, *size)
        except Exception as error:  # damaged files make Pillow raise nearly anything
            return why(error)

    pool = ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1))
    try:
        with unwarned():
            for begin in range(0, len(paths), TOGETHER):
                for i, found in enumerate(pool.map(one, paths[begin : begin + TOGETHER]), begin):
                    if isinstance(found, dict):
                        bad[i] = found
                    else:
                        x[i - len(bad)] = found
                    told(i + 1, len(paths))
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt waits for no more than the pictures that are begun
    return bad


@contextmanager
def unwarned() -> Iterator[None]:
    """Without Pillow's warnings: of parts of a file that are not looked at, and of sizes that are only large."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def decode(path: Path, channels: int, height: int, width: int) -> Array:
    """A picture as uint8 (C, H, W), what is transparent on white, 16 bits as the upper 8; raises what Pillow raises."""
    from PIL import Image, ImageOps

    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise Unreadable("it is no file", "không phải file")
    try:
        with Image.open(path) as image:
            # of a large JPEG no more is decoded than at three times the size
            image.draft(None, (3 * max(width, height),) * 2)
            if image.mode == "F":
                raise Unreadable("its values are fractions", "giá trị pixel là số thực, không phải số nguyên")
            made: Image.Image = ImageOps.exif_transpose(image)  # as the camera was held
            if made.mode.startswith("I"):  # 16 bits of grey, which `convert` would cut off at 255
                made = Image.fromarray((np.clip(np.asarray(made, np.int64), 0, 2**16 - 1) >> 8).astype(np.uint8))
            elif made.has_transparency_data:
                ground = Image.new("RGBA", made.size, "white")
                made = Image.alpha_composite(ground, made.convert("RGBA"))
            made = made.convert("L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.BILINEAR)
    except Image.DecompressionBombError:
        raise Unreadable("it has too many pixels", "ảnh có quá nhiều pixel") from None
    array = np.asarray(made, np.uint8)
    return array[None] if channels == 1 else array.transpose(2, 0, 1)


def _all_there(labels: Array, classes: tuple[str, ...], folder: Path) -> Array:
    """The labels, among which every class must be left."""
    counts = np.bincount(labels, minlength=len(classes))
    if not counts.all():
        raise ConvcalcError("data_class_empty", path=str(folder), name=classes[int(counts.argmin())])
    return labels


def _complain(bad: list[tuple[Path, Why]], asked: Asked) -> None:
    if bad and not asked.skip_bad:
        said = []
        for lang in ("reason", "reason_vi"):
            said.append(_some([f"{shown(path)} ({reason.get(lang) or reason['reason']})" for path, reason in bad]))
        raise ConvcalcError("data_pictures", count=len(bad), names=said[0], names_vi=said[1])


def _some(names: Sequence[object]) -> str:
    """The first few of them."""
    return ", ".join(map(shown, names[:NAMED])) + (", …" if len(names) > NAMED else "")


def _beside(unused: list[str]) -> tuple[tuple[str, str], ...]:
    """What is said of folders that are no part of those that are taken, such as val where validation is there."""
    names = _some(unused)
    return ((f"folders that are not used: {names}", f"các thư mục không dùng đến: {names}"),) if unused else ()


def _unread(others: list[Path]) -> tuple[tuple[str, str], ...]:
    """What is said of files in the folders of classes whose endings are not those of pictures."""
    names = _some(sorted({path.suffix.lower() or path.name for path in others}))
    count = "1 file that is no picture" if len(others) == 1 else f"{len(others)} files that are no pictures"
    return (
        ((f"not used: {count} ({names})", f"không dùng đến {len(others)} file không phải ảnh ({names})"),)
        if others
        else ()
    )


def _notes(bad: list[tuple[Path, Why]]) -> tuple[tuple[str, str], ...]:
    if not bad:
        return ()
    names = _some([path for path, _ in bad])
    count = "1 picture" if len(bad) == 1 else f"{len(bad)} pictures"
    return ((f"left out, since it cannot be decoded: {count}: {names}", f"bỏ qua {len(bad)} ảnh không đọc được: {names}"),)  # fmt: skip
