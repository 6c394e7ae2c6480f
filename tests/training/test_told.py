"""What a training says: lines, report.md and pictures, in both languages."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.console import Console

from convcalc.errors import ConvcalcError
from convcalc.train import pictures
from convcalc.train.data import Asked
from convcalc.train.data.folders import decode
from convcalc.train.live import Live
from convcalc.train.page import _number
from convcalc.train.reasons import why
from convcalc.train.report import written
from convcalc.train.sameness import run_with
from training.runs import Convcalc, trained


def said(lang: str, event: str, **values: Any) -> str:
    out = Console(file=StringIO(), width=200)
    Live(out, lang).told(event, values)
    return out.file.getvalue().strip()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "epoch  2/12  train loss 0.5000 (81.25 %)  validation 0.2500 (93.75 %; mIoU 50.00 %)  1.5 s"),
        ("vi", "epoch  2/12  train loss 0,5000 (81,25 %)  validation 0,2500 (93,75 %; mIoU 50,00 %)  1,5 s"),
    ],
)
def test_an_epoch_is_a_line_whose_numbers_have_names(lang: str, line: str) -> None:
    rest = {"validation_loss": 0.25, "validation_accuracy": 0.9375, "validation_iou": 0.5, "lr": 0.1}
    assert said(lang, "epoch", epoch=2, of=12, train_loss=0.5, train_accuracy=0.8125, seconds=1.5, **rest) == line


def test_an_epoch_fits_80_columns() -> None:
    rest = {"validation_loss": 0.25, "validation_accuracy": 0.9375}
    assert len(said("vi", "epoch", epoch=12, of=15, train_loss=0.5, train_accuracy=0.8, seconds=10.5, **rest)) <= 80


def test_where_a_run_goes_on() -> None:
    assert said("vi", "resumed", epoch=2, step=316, of=10) == "tiếp tục từ epoch 3/10, sau bước 316"
    assert said("en", "resumed", epoch=2, step=0, of=10) == "going on with epoch 3 of 10"
    assert said("en", "resumed", epoch=10, step=0, of=10) == "all 10 epochs are there already"


def test_a_target_is_told_with_what_was_reached(convcalc: Convcalc, tmp_path: Path) -> None:
    words = ("--data", "digits", "--runs", str(tmp_path), "--device", "cpu", "--epochs", "30")
    ran = convcalc("train", "lenet", *words, "--name", "a", "--target-accuracy", "0.5", "--lang", "en")
    summary = json.loads((tmp_path / "a" / "summary.json").read_text())
    assert summary["target"] == 0.5
    assert summary["validation_accuracy"] >= 0.5
    reached = f"{100 * summary['validation_accuracy']:.2f} %"
    assert f"validation reached {reached}, the target was 50.00 %: stopped after epoch {summary['epochs']}" in ran.out
    again = convcalc("train", "lenet", *words, "--name", "a", "--target-accuracy", "0.5", "--lang", "en")
    assert f"validation reached {reached}" in again.out  # of the run that is finished
    assert "30 ✓" in convcalc("runs", "--runs", str(tmp_path)).out
    ran = convcalc("train", "lenet", *words[:-1], "1", "--name", "b", "--target-accuracy", "0.999", "--lang", "vi")
    assert (ran.code, "chưa tới mục tiêu 99,90 %" in " ".join(ran.out.split())) == (1, True)
    assert "✓" not in convcalc("runs", "--runs", str(tmp_path)).out.partition("\nb ")[2]


@pytest.mark.parametrize(("lang", "hint"), [("en", "97 % is 0.97"), ("vi", "97 % ghi là 0.97")])
def test_percents_for_a_share(convcalc: Convcalc, lang: str, hint: str) -> None:
    ran = convcalc("train", "lenet", "--target-accuracy", "97", "--lang", lang)
    assert (ran.code, hint in ran.err, "97.0" in ran.err) == (2, True, False)


def test_names_that_are_near(convcalc: Convcalc) -> None:
    assert "Có thể là: lenet" in convcalc("train", "lenett", "--lang", "vi").err
    assert "Có thể là" not in convcalc("train", "zzzzzz", "--lang", "vi").err


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_run_without_a_mistake(tmp_path: Path, lang: str) -> None:
    """No empty sheet, no logarithm of nothing, and a sentence."""
    _, found = trained(tmp_path, epochs=1, limit=300)
    summary = found.summary() or {}
    found.write_json("summary.json", summary | {"test_accuracy": 1.0})
    found.write_json("worst.json", [])
    lines = [one | dict.fromkeys(("train_loss", "validation_loss"), 0.0) for one in found.metrics()]
    found.write_metrics(lines)
    assert "mistakes.png" not in written(found, lang)
    text = (found.folder / "report.md").read_text()
    assert "mistakes.png" not in text
    assert ("No sample of the test set was misclassified." if lang == "en" else "Không có mẫu nào trong tập test bị dự đoán sai.") in text  # fmt: skip


def test_the_report_is_in_one_language(tmp_path: Path) -> None:
    _, found = trained(tmp_path, epochs=1, limit=300)
    found.write_json("config.json", found.config() | {"samples": [90, 10, 300]})
    written(found, "vi")
    text = (found.folder / "report.md").read_text()
    for part in (
        "## Loss và độ chính xác\n\n![Loss và độ chính xác](curves.png)", "## Mẫu bị dự đoán sai", "learning rate (bước cuối)", "tối đa 300 mẫu mỗi phần",
        "batch 90 (toàn bộ tập train; thiết lập là 128)", "luồng, 1 tiến trình, đánh giá mỗi lần", "Các cột train là trung bình",
    ):  # fmt: skip
        assert part in text, part
    written(found, "en")
    assert "batch 90 (all samples; 128 were asked for)" in (found.folder / "report.md").read_text()


def test_what_a_run_was_made_with() -> None:
    made = {"convcalc": "0.1.0", "torch": "2.13", "device": "cpu (AVX512)", "precision": "fp32", "compiled": False, "threads": 2, "processes": 1, "evaluation_batch": 855}  # fmt: skip
    assert run_with(made, "en") == "convcalc 0.1.0, torch 2.13, cpu (AVX512), fp32, 2 threads, 1 process, measured on 855 samples at once"  # fmt: skip
    assert run_with(made | {"compiled": True, "processes": 2}, "en").count("torch.compile, 2 threads, 2 processes") == 1


@pytest.mark.parametrize(
    ("value", "en", "vi"), [(5.811e-05, "5.811·10⁻⁵", "5,811·10⁻⁵"), (0.25, "0.25", "0,25"), (1.2e12, "1.2·10¹²", "1,2·10¹²"), (0.0, "0", "0")]
)  # fmt: skip
def test_tiny_numbers(value: float, en: str, vi: str) -> None:
    assert (_number(value, "en"), _number(value, "vi")) == (en, vi)


def test_why_a_picture_is_refused_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("F", (4, 4)).save(tmp_path / "a.tif")
    with pytest.raises(ValueError, match="fractions") as error:
        decode(tmp_path / "a.tif", 1, 4, 4)
    assert why(error.value)["reason_vi"] == "giá trị pixel là số thực, không phải số nguyên"
    Image.new("L", (40, 40)).save(tmp_path / "a.png")
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 10)
    with pytest.raises(ValueError, match="pixels") as error:
        decode(tmp_path / "a.png", 1, 4, 4)
    assert why(error.value)["reason_vi"] == "ảnh có quá nhiều pixel"


@pytest.mark.parametrize(("key", "said_en", "said_vi"), [("y", "no whole numbers", "không phải số nguyên"), ("X", "no numbers", "không phải số")])  # fmt: skip
def test_why_a_matrix_is_refused_in_both_languages(tmp_path: Path, key: str, said_en: str, said_vi: str) -> None:
    import numpy as np
    from scipy.io import savemat

    from convcalc.train.data.matlab import read_mat

    good = {"X": np.zeros((4, 4)), "y": np.arange(4.0)}
    savemat(tmp_path / "a.mat", good | ({"y": np.arange(4) + 0.5} if key == "y" else {"X": np.full((4, 4), np.nan)}))
    with pytest.raises(ConvcalcError) as error:
        read_mat(tmp_path / "a.mat", Asked(None).seed, "a")
    assert said_en in error.value.message("en")
    assert said_vi in error.value.message("vi")


def test_curves_of_one_epoch_are_told_apart() -> None:
    one = [{"epoch": 1, "train_loss": 1.0, "train_accuracy": 0.5, "validation_accuracy": 0.5}]
    made = pictures.lines({f"run {i}": one for i in range(25)}, "en")
    drawn = {(line.get_color(), line.get_marker()) for line in made.axes[0].get_lines()}
    assert len(drawn) == 25


def test_no_tick_over_100_percent() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    pictures.percents(axes.yaxis, "vi")
    shown = axes.yaxis.get_major_formatter()
    assert (shown(0.975, 0), shown(1.0, 0), shown(1.02, 0)) == ("97,5 %", "100 %", "")
