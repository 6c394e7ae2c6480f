"""Pictures in a folder for each class: train, validation and test beside each other, or one folder that is split here."""

from __future__ import annotations

import json
import os
import tempfile
from hashlib import blake2b
from pathlib import Path

import numpy as np

from convcalc.errors import ConvcalcError
from convcalc.files import write_bytes
from convcalc.train.data import Array, Asked, Dataset, Split, stratified
from convcalc.train.data.places import cache
from convcalc.train.reasons import Why, why

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_PARTS = {"train": ("train", "training"), "validation": ("validation", "valid", "val"), "test": ("test", "testing")}
# More is decoded into a file and read from there.
IN_MEMORY = 512 * 2**20
TEST, VALIDATION = 0.2, 0.1
NAMED = 3


def read_tree(folder: Path, asked: Asked) -> Dataset:
    """The pictures below a folder, decoded to the size that is asked for; raises `ConvcalcError` for what is broken."""
    there = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_dir()}
    parts = {part: next((there[name] for name in names if name in there), None) for part, names in _PARTS.items()}
    if parts["train"] is None:
        return _split_here(folder, asked)
    classes = _classes(parts["train"])
    found, bad = {}, []
    for part, place in parts.items():
        if place is not None:
            unknown = sorted(set(_classes(place)) - set(classes))
            if unknown:
                raise ConvcalcError("data_unknown_class", path=str(place), name=unknown[0], train=str(parts["train"]))
            paths, labels = _paths(place, classes)
            x, kept, broken = _decoded(paths, asked)
            bad += broken
            found[part] = Split(x, _all_there(labels[kept], classes, place))
    _complain(bad, asked)
    train, validation = found["train"], found.get("validation")
    test = found.get("test")
    if test is None:
        rest, held = stratified(train.y, TEST, asked.seed)
        train, test = train.take(rest), train.take(held)
    return Dataset(folder.name, classes, train, test, validation, notes=_notes(bad))


def _split_here(folder: Path, asked: Asked) -> Dataset:
    classes = _classes(folder)
    paths, labels = _paths(folder, classes)
    x, kept, bad = _decoded(paths, asked)
    _complain(bad, asked)
    whole = Split(x, _all_there(labels[kept], classes, folder))
    rest, test = stratified(whole.y, TEST, asked.seed)
    train, validation = stratified(whole.y[rest], VALIDATION, asked.seed)
    return Dataset(
        folder.name, classes, whole.take(rest[train]), whole.take(test), whole.take(rest[validation]), notes=_notes(bad)
    )


def _classes(folder: Path) -> tuple[str, ...]:
    names = tuple(sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")))
    if len(names) < 2:
        raise ConvcalcError("data_no_classes", path=str(folder), count=len(names))
    return names


def _paths(folder: Path, classes: tuple[str, ...]) -> tuple[list[Path], Array]:
    paths: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        found = sorted(p for p in (folder / name).rglob("*") if p.suffix.lower() in ENDINGS) if (folder / name).is_dir() else []  # fmt: skip
        if not found:
            raise ConvcalcError("data_class_empty", path=str(folder), name=name)
        paths += found
        labels += [label] * len(found)
    return paths, np.array(labels, np.int64)


def _decoded(paths: list[Path], asked: Asked) -> tuple[Array, Array, list[tuple[Path, Why]]]:
    """Pictures (N, C, H, W), the places of those that could be decoded, and the others with the reason."""
    channels, height, width = asked.size or (3, 64, 64)
    shape = (len(paths), channels, height, width)
    large = int(np.prod(shape)) > IN_MEMORY
    target = _cached(paths, shape) if large else None
    if target is not None and target.is_file():
        left_out: dict[int, Why] = {
            int(i): reason for i, reason in json.loads(_left_out(target).read_text(encoding="utf-8"))
        }
        kept_before = np.array([i for i in range(len(paths)) if i not in left_out], np.int64)
        return (
            np.load(target, mmap_mode="c")[: len(kept_before)],
            kept_before,
            [(paths[i], reason) for i, reason in left_out.items()],
        )
    temporary = None
    if target is None:
        x: Array = np.empty(shape, np.uint8)
    else:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".npy", delete=False) as file:
            temporary = Path(file.name)
        x = np.lib.format.open_memmap(temporary, "w+", np.uint8, shape)
        _reserve(temporary)
    bad: list[tuple[Path, Why]] = []
    kept: list[int] = []
    try:
        for i, path in enumerate(paths):
            try:
                x[len(kept)] = decode(path, channels, height, width)
                kept.append(i)
            except Exception as error:  # damaged files make Pillow raise nearly anything
                bad.append((path, why(error)))
        if temporary is not None and target is not None and (asked.skip_bad or not bad):
            x.flush()  # type: ignore[attr-defined]
            numbers = {path: i for i, path in enumerate(paths)}
            write_bytes(str(_left_out(target)), json.dumps([(numbers[path], reason) for path, reason in bad]).encode())
            temporary.replace(target)
            temporary = None
            x = np.load(target, mmap_mode="c")
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)  # what is still mapped stays readable
    return x[: len(kept)], np.array(kept, np.int64), bad


def _reserve(path: Path) -> None:
    """Take the room of a file on the disk at once: a mapped file that finds it full later would end the process."""
    try:
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ConvcalcError("cannot_write", path=str(path.parent), reason=error.strerror or str(error)) from None


def decode(path: Path, channels: int, height: int, width: int) -> Array:
    """A picture as uint8 (C, H, W), what is transparent on white, 16 bits as the upper 8; raises what Pillow raises."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            made: Image.Image = ImageOps.exif_transpose(image)  # as the camera was held
            if made.mode.startswith("I"):  # 16 bits of grey, which `convert` would cut off at 255
                made = Image.fromarray((np.clip(np.asarray(made, np.int64), 0, 2**16 - 1) >> 8).astype(np.uint8))
            elif made.has_transparency_data:
                ground = Image.new("RGBA", made.size, "white")
                made = Image.alpha_composite(ground, made.convert("RGBA"))
            made = made.convert("L" if channels == 1 else "RGB").resize((width, height), Image.Resampling.BILINEAR)
    except Image.DecompressionBombError as error:
        raise ValueError(str(error)) from None
    array = np.asarray(made, np.uint8)
    return array[None] if channels == 1 else array.transpose(2, 0, 1)


def _all_there(labels: Array, classes: tuple[str, ...], folder: Path) -> Array:
    """The labels, among which every class must be left."""
    counts = np.bincount(labels, minlength=len(classes))
    if not counts.all():
        raise ConvcalcError("data_class_empty", path=str(folder), name=classes[int(counts.argmin())])
    return labels


def _cached(paths: list[Path], shape: tuple[int, ...]) -> Path:
    """Where decoded pictures of this size lie: named after the files, their sizes and times."""
    digest = blake2b(f"3 {shape}".encode(), digest_size=16)
    for path in paths:
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    folder = cache() / "decoded"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{digest.hexdigest()}.npy"


def _left_out(target: Path) -> Path:
    """Beside decoded pictures: the numbers of those that could not be decoded, and why."""
    return target.with_suffix(".json")


def _complain(bad: list[tuple[Path, Why]], asked: Asked) -> None:
    if bad and not asked.skip_bad:
        said = []
        for lang in ("reason", "reason_vi"):
            named = [f"{path} ({reason.get(lang) or reason['reason']})" for path, reason in bad[:NAMED]]
            said.append(", ".join(named) + (", …" if len(bad) > NAMED else ""))
        raise ConvcalcError("data_pictures", count=len(bad), names=said[0], names_vi=said[1])


def _notes(bad: list[tuple[Path, Why]]) -> tuple[tuple[str, str], ...]:
    if not bad:
        return ()
    names = ", ".join(str(path) for path, _ in bad[:NAMED]) + (", …" if len(bad) > NAMED else "")
    count = "1 picture" if len(bad) == 1 else f"{len(bad)} pictures"
    return ((f"left out, since it cannot be decoded: {count}: {names}", f"bỏ qua {len(bad)} ảnh không đọc được: {names}"),)  # fmt: skip
