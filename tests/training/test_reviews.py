"""Texts: every form of the reviews, vocabularies, and altered files."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from convcalc.train.data.reviews import numbered, vocabulary, words_of
from training.files import load, refused, written

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
    error = refused("ntc-scv", tmp_path, "data_unknown_words", usual="ntc-scv")
    assert (error.values["part"], error.values["count"]) == ("test", 1)
    place = {"tsv": "test.tsv, line 3", "xz": "test.tsv.xz, line 3", "folders": "neg/1.txt"}[form]
    assert place in error.message("en")
    assert place.replace("line", "dòng") in error.message("vi")
    data = load("ntc-scv", tmp_path, usual="ntc-scv", skip_bad=True)
    assert ("1 text" in data.notes[0][0], data.whole) == (True, False)
    assert data.words[:2] == ("<pad>", "<unk>")
    assert set(data.words[2:]) == {"dở", "ngon", "quá", "quán", "rất"}  # those that stand in the training part twice
    assert sorted(data.train.y.tolist()) == [0, 0, 1, 1]
    assert data.validation is not None
    assert len(data.validation) == 2
    assert sorted(data.test.y.tolist()) == [0, 1]  # "!!!" is left out
    assert (data.test.x > 1).any(1).all()


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


def test_a_class_of_which_no_word_is_known(tmp_path: Path) -> None:
    files = {f"{part}.tsv": tsv(rows) for part, rows in REVIEWS.items()}
    written(tmp_path / "ntc-scv", files | {"valid.tsv": tsv([(1, "ngon"), (0, "!!!")])})
    error = refused("ntc-scv", tmp_path, "data_class_empty", skip_bad=True)
    assert (error.values["path"], error.values["name"]) == ("valid", "0")
