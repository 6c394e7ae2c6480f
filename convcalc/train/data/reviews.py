"""NTC-SCV, Vietnamese reviews: the TSV form (id, label, text; perhaps packed with xz) or the folders of its author."""

from __future__ import annotations

import io
import lzma
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from convcalc.errors import ConvcalcError
from convcalc.train.data import Asked, Dataset, Split, data_set
from convcalc.train.reasons import broken

PAD, UNKNOWN = "<pad>", "<unk>"
# A word that stands in one review only says nothing of others.
SEEN, MOST_WORDS, LONGEST = 2, 30_000, 400
_WORD = re.compile(r"\w+")
_PARTS = {"train": ("train",), "valid": ("valid", "validation"), "test": ("test",)}


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters; syllables of one word are joined by _ in these sets."""
    return _WORD.findall(text.lower())[:LONGEST]


def vocabulary(texts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """<pad>, <unk> and the words of the training texts, the most frequent first, equals by the alphabet."""
    counts = Counter(word for text in texts for word in text)
    kept = sorted((word for word, n in counts.items() if n >= SEEN), key=lambda word: (-counts[word], word))
    return (PAD, UNKNOWN, *kept[: MOST_WORDS - 2])


def numbered(texts: Sequence[Sequence[str]], words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """(N, L) word numbers with 0 after the end, and the lengths; a text without words is one <unk>."""
    place = {word: i for i, word in enumerate(words)}
    lengths = np.array([max(1, len(text)) for text in texts], np.int32)
    x = np.zeros((len(texts), int(lengths.max(initial=1))), np.int32)
    for i, text in enumerate(texts):
        x[i, : lengths[i]] = [place.get(word, 1) for word in text] or [1]
    return x, lengths


def _tsv(folder: Path, names: Sequence[str]) -> Path | None:
    candidates = [folder / f"{name}.tsv{end}" for name in names for end in ("", ".xz")]
    return next((path for path in candidates if path.is_file()), None)


def _folders(folder: Path) -> dict[str, Path]:
    """The author's layout: data_train/train, data_train/test (for validation), data_test/test, each with neg and pos."""
    known = {"train": "data_train/train", "valid": "data_train/test", "test": "data_test/test"}
    return {part: folder / path for part, path in known.items() if (folder / path / "pos").is_dir()}


def _holds(folder: Path) -> bool:
    return all(_tsv(folder, names) for names in _PARTS.values()) or len(_folders(folder)) == 3


def _read_tsv(path: Path) -> tuple[list[str], list[int], list[str]]:
    """Texts, labels, and where each text stands."""
    try:
        content = path.read_bytes()
        text = (lzma.decompress(content) if path.suffix == ".xz" else content).decode("utf-8-sig")
    except (OSError, lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise broken(path, error) from None
    texts, labels, places = [], [], []
    for line, content_of_line in enumerate(io.StringIO(text, newline=None), 1):
        row = content_of_line.rstrip("\n").split("\t")  # no quoting, and texts of any length
        if line == 1 and row[1:2] == ["label"]:
            continue
        if len(row) != 3 or row[1] not in ("0", "1"):
            raise ConvcalcError("data_line", path=path.name, line=line)
        labels.append(int(row[1]))
        texts.append(row[2])
        places.append(f"{path.name}, line {line}")
    return texts, labels, places


def _read_folder(folder: Path) -> tuple[list[str], list[int], list[str]]:
    texts, labels, places = [], [], []
    for label, name in enumerate(("neg", "pos")):
        for path in sorted((folder / name).glob("*.txt")):
            try:
                texts.append(path.read_text(encoding="utf-8-sig"))
            except (OSError, UnicodeDecodeError) as error:
                raise broken(path, error) from None
            labels.append(label)
            places.append(f"{name}/{path.name}")
    return texts, labels, places


@data_set("ntc-scv", "NTC-SCV, 50,000 Vietnamese reviews, good or bad", ("ntc-scv", "ntc-scv/data", "."), _holds)
def ntc_scv(folder: Path, asked: Asked) -> Dataset:
    """congnghia0609/ntc-scv; the vocabulary comes from the training part alone."""
    found = {}
    for part, names in _PARTS.items():
        path = _tsv(folder, names)
        texts, labels, where = _read_tsv(path) if path is not None else _read_folder(_folders(folder)[part])
        if set(labels) != {0, 1}:
            raise ConvcalcError("data_class_empty", path=part, name="1" if 1 not in labels else "0")
        found[part] = ([words_of(text) for text in texts], np.array(labels, np.int64), where)
    words = vocabulary(found["train"][0])
    if len(words) == len((PAD, UNKNOWN)):
        raise ConvcalcError("data_no_words", name="train")
    splits, left_out = {}, 0
    for part, (listed, y, where) in found.items():
        x, lengths = numbered(listed, words)
        known = (x > words.index(UNKNOWN)).any(1)
        if not known.all():
            if not asked.skip_bad:
                first = where[int(known.argmin())]
                raise ConvcalcError("data_unknown_words", part=part, count=int((~known).sum()), where=first)
            if set(y[known]) != {0, 1}:
                raise ConvcalcError("data_class_empty", path=part, name="1" if 1 not in y[known] else "0")
            left_out += int((~known).sum())
        splits[part] = Split(x[known], y[known], lengths[known])
    return Dataset(
        "ntc-scv", ("negative", "positive"), splits["train"], splits["test"], splits["valid"], words, _notes(left_out), not left_out
    )  # fmt: skip


def _notes(left_out: int) -> tuple[tuple[str, str], ...]:
    if not left_out:
        return ()
    count = "1 text" if left_out == 1 else f"{left_out} texts"
    return ((f"left out, since no word is in the vocabulary: {count}", f"bỏ qua {left_out} văn bản không có từ nào trong bộ từ vựng"),)  # fmt: skip
