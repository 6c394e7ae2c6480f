"""What must stand in the JSON files of a run: whoever has altered one is told which key, and nothing is read that does not fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from convcalc.errors import ConvcalcError
from convcalc.train.recipes import FLAVOURS, RECIPES, Setup

Test = Callable[[Any], bool]
# No array of a run has more cells.
MOST = 2**28


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= 2**63 if isinstance(value, int) else math.isfinite(value)


def _positive(value: Any) -> bool:
    return _number(value) and value >= 0


def _part_of_one(value: Any) -> bool:
    return _number(value) and 0 <= value <= 1


def _whole(low: int, high: int = 2**63) -> Test:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _or_none(test: Test) -> Test:
    return lambda value: value is None or test(value)


def _list(test: Test, least: int = 0, most: int = MOST) -> Test:
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(test, value))


def _sizes(value: Any) -> bool:
    return _list(_whole(1, MOST), 1, 3)(value) and math.prod(value) <= MOST


def _scaling(value: Any) -> bool:
    return _list(_list(_number, 1), 2, 2)(value) and len(value[0]) == len(value[1]) and all(d > 0 for d in value[1])


def _setup(value: Any) -> bool:
    wanted: dict[str, Test] = {
        "epochs": _whole(1), "batch": _whole(1), "lr": _number, "optimiser": _text, "schedule": _text, "weight_decay": _number, "smoothing": _number,
        "augment": _list(lambda one: isinstance(one, list) and len(one) == 2 and _text(one[0]) and _number(one[1])), "validation": _number, "clip": _number,
    }  # fmt: skip
    assert set(wanted) == set(Setup.__dataclass_fields__)
    return isinstance(value, dict) and set(value) == set(wanted) and all(test(value[k]) for k, test in wanted.items())


SIGNATURE: dict[str, Test] = {
    "recipe": lambda value: _text(value) and value in RECIPES, "flavour": lambda value: value in FLAVOURS, "setup": _setup, "spec": _text, "seed": _whole(0),
    "data": _text, "checksum": _text, "classes": _whole(1, 100_000), "init": _or_none(_text), "freeze": _flag, "target": _or_none(_number),
}  # fmt: skip
OPTIONS: dict[str, Test] = {
    **dict.fromkeys(("recipe", "flavour", "data", "device", "precision", "runs"), _text), **dict.fromkeys(("data_dir", "schedule", "name", "init"), _or_none(_text)),
    **dict.fromkeys(("epochs", "batch", "limit", "classes"), _or_none(_whole(1))), **dict.fromkeys(("lr", "target"), _or_none(_number)),
    **dict.fromkeys(("compiled", "fresh", "freeze", "skip_bad"), _flag), "seed": _whole(0), "threads": _or_none(_whole(1, 2**16)),
}  # fmt: skip
CONFIG: dict[str, Test] = {
    "input": _sizes, "decoded": _sizes, "classes": _list(_text, 1, 100_000), "scaling": _or_none(_scaling), "kind": lambda value: value in ("images", "texts", "masks"),
    "source": _text, "notes": _list(_list(_text, 2, 2)), "at_once": _whole(1, 10**6), "samples": _list(_or_none(_whole(0)), 3, 3), "published": _or_none(_number), "words": _or_none(_text),
}  # fmt: skip
SUMMARY: dict[str, Test] = {
    "test_loss": _number, **dict.fromkeys(("params", "seconds"), _positive), **dict.fromkeys(("test_accuracy", "test_iou", "most_common", "validation_accuracy", "validation_iou", "target"), _part_of_one), "published": _or_none(_part_of_one), "made_on": lambda value: isinstance(value, dict),
    "reached_target": _flag,
}  # fmt: skip
NEEDED = {
    "signature": set(SIGNATURE), "options": {"recipe", "data", "data_dir", "seed", "skip_bad", "limit"}, "config": {"input", "decoded", "classes", "scaling", "kind", "source"},
    "summary": {"test_accuracy", "test_loss", "params", "seconds", "published", "made_on"},
}  # fmt: skip


Broken = Callable[[str, str], ConvcalcError]


def _checked(found: Any, wanted: dict[str, Test], needed: set[str], broken: Broken, within: str = "") -> None:
    if not isinstance(found, dict):
        raise broken(
            f"{within or 'it'} was not written by convcalc", f"{within or 'nội dung'} không phải do convcalc ghi"
        )
    for key in sorted(needed | (set(found) & set(wanted))):
        if key not in found or not wanted[key](found[key]):
            raise _key(broken, f"{within}.{key}" if within else key)


def _key(broken: Broken, key: str) -> ConvcalcError:
    return broken(
        f"the value of '{key}' was not written by convcalc", f"giá trị của '{key}' không phải do convcalc ghi"
    )


def _whole_run(path: Path) -> Broken:
    """What is said of config.json, without which there is no run."""
    return lambda en, vi: ConvcalcError("run_broken", path=str(path), reason=en, reason_vi=vi)


def _part(path: Path) -> Broken:
    """What is said of a file that the checkpoint can replace."""
    return lambda en, vi: ConvcalcError(
        "run_part_broken", path=str(path), name=str(path.parent), reason=en, reason_vi=vi
    )


def config(found: Any, path: Path) -> dict[str, Any]:
    """config.json, if it is one that convcalc wrote."""
    broken = _whole_run(path)
    if found is None:
        raise broken("the file is not there", "không có file này")
    _checked(found, CONFIG, NEEDED["config"], broken)
    _checked(found.get("signature"), SIGNATURE, NEEDED["signature"], broken, "signature")
    _checked(found.get("options"), OPTIONS, NEEDED["options"], broken, "options")
    if len(found["classes"]) > found["signature"]["classes"]:
        raise _key(broken, "classes")
    pictures = found["kind"] != "texts"
    if len(found["decoded"]) != (3 if pictures else 1):
        raise _key(broken, "decoded")
    if pictures != (found["scaling"] is not None):
        raise _key(broken, "scaling")
    if pictures and len(found["scaling"][0]) not in (1, found["decoded"][0]):
        raise _key(broken, "scaling")
    return dict(found)


def summary(found: Any, path: Path) -> dict[str, Any]:
    """summary.json, likewise."""
    _checked(found, SUMMARY, NEEDED["summary"], _part(path))
    return dict(found)


def metrics(found: list[Any], path: Path) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl, likewise, all with the same keys."""
    for number, line in enumerate(found, 1):
        if (
            not isinstance(line, dict) or not all(map(_number, line.values())) or line.keys() != found[0].keys()
            or not {"epoch", "train_loss", "train_accuracy", "lr"} <= set(line)
        ):  # fmt: skip
            raise _part(path)(f"line {number} was not written by convcalc", f"dòng {number} không phải do convcalc ghi")
    return found


def confusion(found: Any, path: Path, classes: int) -> list[list[int]]:
    """confusion.json: a row for each class."""
    if not _list(_list(_whole(0), classes, classes), classes, classes)(found):
        raise _part(path)(f"it is no table of {classes} classes", f"không phải bảng của {classes} lớp")
    return list(found)


def worst(found: Any, path: Path, samples: int) -> list[tuple[int, int, float]]:
    """worst.json: the surest mistakes in a test set of so many samples."""
    wanted: dict[str, Test] = {"sample": _whole(0, samples - 1), "taken": _whole(0), "share": _part_of_one}
    fits = _list(
        lambda one: (
            isinstance(one, dict) and set(one) == set(wanted) and all(test(one[k]) for k, test in wanted.items())
        )
    )
    if not fits(found):
        raise _part(path)(
            f"it is no list of mistakes in {samples} samples",
            f"không phải danh sách mẫu bị dự đoán sai trong {samples} mẫu",
        )
    return [(one["sample"], one["taken"], one["share"]) for one in found]


def digest(words: Sequence[str]) -> str:
    """Of a vocabulary, in its order."""
    return blake2b("\n".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def words(found: Any, path: Path, written: str | None) -> list[str]:
    """words.json, which must be what config.json has the digest of; runs of before have none."""
    if not _list(_text, 1)(found) or written not in (None, digest(found)):
        said = (
            ("it is not there", "không có file này")
            if found is None
            else ("it is not as it was written", "nội dung đã bị thay đổi")
        )
        raise _part(path)(*said)
    return list(found)
