"""What a run leaves, and what the commands make of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convcalc.errors import ConvcalcError
from convcalc.train.run import Run
from training.runs import Convcalc, trained


def test_a_run_leaves_everything(convcalc: Convcalc, tmp_path: Path) -> None:
    runs = str(tmp_path / "runs")
    words = ("--data", "digits", "--epochs", "2", "--limit", "400", "--runs", runs, "--device", "cpu")
    ran = convcalc("train", "lenet", *words, "--lang", "vi")
    assert ran.code == 0, ran.err
    assert "khớp với torch" in " ".join(ran.out.split())
    found = tmp_path / "runs" / "lenet-slide-seed0"
    names = {path.name for path in found.iterdir() if not path.name.startswith((".", "checkpoint"))}
    assert names == {
        "config.json", "metrics.jsonl", "summary.json", "confusion.json", "worst.json", "report.md", "curves.png", "confusion.png", "kernels.png", "mistakes.png",
    }  # fmt: skip
    summary = json.loads((found / "summary.json").read_text())
    wanted = {"model", "recipe", "data", "seed", "device", "epochs", "params", "test_accuracy", "test_loss", "seconds", "images_per_second", "published"}  # fmt: skip
    assert wanted <= set(summary)
    assert summary["images_per_second"] > 0
    from PIL import Image

    for name in ("curves.png", "confusion.png", "kernels.png", "mistakes.png"):
        with Image.open(found / name) as image:
            assert min(image.size) > 200
    before = {name: (found / name).read_bytes() for name in ("curves.png", "confusion.png", "report.md")}
    for name in before:
        (found / name).unlink()
    assert convcalc("report", "lenet-slide-seed0", "--runs", runs, "--lang", "vi").code == 0
    assert {name: (found / name).read_bytes() for name in before} == before
    again = convcalc("train", "lenet", *words, "--lang", "en")
    assert (again.code, "this run is finished" in again.out) == (0, True)
    listed = json.loads(convcalc("runs", "--runs", runs, "--json").out)
    assert [one["run"] for one in listed] == ["lenet-slide-seed0"]
    picture = tmp_path / "all.png"
    assert convcalc("runs", "--runs", runs, "--curves", str(picture)).code == 0
    assert picture.stat().st_size > 1000


def test_predict_pictures(convcalc: Convcalc, tmp_path: Path) -> None:
    from PIL import Image

    from convcalc.train.data import Asked, sources

    trained(tmp_path, name="x", epochs=12, limit=1400)
    data = sources()["digits"].load(Path(), Asked((1, 28, 28)))
    right = 0
    files = []
    for i in range(12):
        path = tmp_path / f"{i}.png"
        Image.fromarray(data.test.x[i, 0]).save(path)
        files.append(str(path))
    ran = convcalc("predict", "x", *files, "--runs", str(tmp_path / "runs"), "--json")
    assert ran.code == 0, ran.err
    for i, line in enumerate(ran.out.splitlines()):
        found = json.loads(line)
        assert sum(c["probability"] for c in found["classes"]) <= 1.0001
        right += found["classes"][0]["name"] == str(data.test.y[i])
    assert right >= 9
    assert convcalc("predict", "x", str(tmp_path / "none.png"), "--runs", str(tmp_path / "runs")).code == 3
    (tmp_path / "bad.png").write_text("x")
    assert convcalc("predict", "x", str(tmp_path / "bad.png"), "--runs", str(tmp_path / "runs")).code == 2


def test_predict_texts(convcalc: Convcalc, tmp_path: Path, reviews: Path) -> None:
    trained(
        tmp_path, recipe="textcnn", name="t", data="auto", data_dir=str(reviews), epochs=12, batch=8, limit=60, lr=0.01
    )
    runs = str(tmp_path / "runs")
    for text, name in (("ngon và rẻ", "positive"), ("DỞ, chậm!", "negative")):
        ran = convcalc("predict", "t", text, "--runs", runs, "--json")
        assert json.loads(ran.out)["classes"][0]["name"] == name
    ran = convcalc("predict", "t", "hello world", "--runs", runs)
    assert (ran.code, "no word" in ran.err) == (2, True)
    ran = convcalc("predict", "t", str(tmp_path / "nothere.txt"), "--runs", runs)
    assert (ran.code, "nothere.txt" in ran.err.replace("\n", "")) == (3, True)
    ran = convcalc("predict", "t", "ngon và rẻ, " * 40, "--runs", runs, "--json")  # longer than a path can be
    assert json.loads(ran.out)["classes"][0]["name"] == "positive"
    ran = convcalc("predict", "t", "ngon/rẻ", "--runs", runs, "--json")  # a text, though it could be a path
    assert json.loads(ran.out)["classes"][0]["name"] == "positive"
    ran = convcalc("predict", "t", "./ngon/rẻ", "--runs", runs)
    assert (ran.code, "no such file" in ran.err.lower().replace("\n", " ")) == (3, True)
    (tmp_path / "review").write_text("ngon, rẻ", encoding="utf-8")
    ran = convcalc("predict", "t", str(tmp_path / "review"), "hello world", "ngon", "--runs", runs, "--json")
    assert (ran.code, ran.out.count('"positive"') >= 2, "hello world" in ran.out) == (2, True, True)
    said = [json.loads(line) for line in ran.out.splitlines()]
    assert [(len(one), "error" in one) for one in said] == [(2, False), (2, True), (2, False)]


def test_a_run_that_does_not_fit(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="base", epochs=1)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, recipe="digits20", name="tuned", init="base")
    assert error.value.kind == "other_network"
    runs = ("--runs", str(tmp_path / "runs"))
    trained(tmp_path, recipe="fcn", name="masks", data="shapes", epochs=1, batch=10, limit=20)
    assert (convcalc("report", "masks", *runs).code, (tmp_path / "runs" / "masks" / "predictions.png").is_file()) == (
        0,
        True,
    )
    row = next(one for one in json.loads(convcalc("runs", *runs, "--json").out) if one["run"] == "masks")
    assert row["validation_iou"] == Run(tmp_path / "runs" / "masks").metrics()[-1]["validation_iou"]
    ran = convcalc("predict", "masks", "x.png", *runs)
    assert (ran.code, "every pixel" in " ".join(ran.err.split())) == (2, True)
    for path in (tmp_path / "runs" / "base").glob("checkpoint-*"):
        path.unlink()
    (tmp_path / "runs" / "base" / "metrics.jsonl").unlink()
    for words in (("report", "base"), ("predict", "base", "x.png")):
        ran = convcalc(*words, *runs)
        assert (ran.code, "no checkpoint" in " ".join(ran.err.split())) == (3, True)


def test_a_run_goes_on_and_is_reported_from_another_folder(
    convcalc: Convcalc, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    words = ("--data", folder.name, "--epochs", "1", "--batch", "8", "--runs", "runs", "--name", "x", "--device", "cpu")
    assert convcalc("train", "lenet-cassava", *words).code == 0
    runs = folder.parent / "runs"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (runs / "x" / "mistakes.png").unlink()
    assert convcalc("report", "x", "--runs", str(runs)).code == 0
    assert (runs / "x" / "mistakes.png").is_file()
    assert "finished" in convcalc("train", "--resume", "x", "--runs", str(runs), "--lang", "en").out
    shutil.rmtree(folder)
    assert convcalc("report", "x", "--runs", str(runs)).code == 0
    assert "mistakes.png" in (runs / "x" / "report.md").read_text()  # as it was drawn before


def test_a_run_goes_on_with_data_that_were_moved(
    convcalc: Convcalc, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = iter(range(100))
    values: dict[str, Any] = {"recipe": "lenet-cassava", "data": str(folder), "batch": 8, "limit": None}
    trained(tmp_path, stop=lambda: next(steps) == 1, name="x", **values)
    moved = tmp_path / "other" / folder.name
    moved.parent.mkdir()
    folder.rename(moved)
    ran = convcalc("train", "--resume", "x", "--lang", "en")
    assert (ran.code, str(folder) in ran.err.replace("\n", "")) == (3, True)
    ran = convcalc("train", "--resume", "x", "--data", str(moved), "--lang", "en")
    assert ran.code == 0, ran.err
    kept = Run(tmp_path / "runs" / "x").config()
    assert kept["options"]["data"] == str(moved)
    (tmp_path / "runs" / "x" / "mistakes.png").unlink()
    assert convcalc("report", "x").code == 0
    assert (tmp_path / "runs" / "x" / "mistakes.png").is_file()
    (next(moved.rglob("*.png"))).unlink()
    ran = convcalc("train", "--resume", "x", "--data", str(moved), "--lang", "en")
    assert (ran.code, "other samples" in " ".join(ran.err.split())) == (2, True)


def test_a_run_that_is_the_folder_one_is_in(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(range(100))
    trained(tmp_path, stop=lambda: next(steps) == 3, name="x", batch=32)
    monkeypatch.chdir(tmp_path / "runs" / "x")
    assert convcalc("train", "--resume", ".", "--lang", "en").code == 0
    assert (tmp_path / "runs" / "x" / "report.md").read_text().startswith("# x\n")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["x"]
    assert not [path for path in (tmp_path / "runs" / "x").iterdir() if path.is_dir()]


def test_runs_beside_each_other(convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = convcalc("runs", "--curves", "all.png", "--lang", "en")
    assert (ran.code, "no run in runs" in " ".join(ran.err.split())) == (3, True)
    assert not (tmp_path / "all.png").exists()
    trained(tmp_path, epochs=1)
    monkeypatch.setenv("COLUMNS", "80")
    trained(tmp_path, recipe="down-interpolation", flavour="fast", epochs=1, name="a-run-of-mine-with-a-long-name")
    ran = convcalc("runs", "--lang", "en", "--curves", "all.png")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    at = next(i for i, line in enumerate(lines) if line.startswith("a-run-of-mine-with-a-long-name  "))
    assert [line.strip() for line in lines[at + 1 : at + 3]] == ["down-interpolation, fast", "digits (≤ 300)"]
    monkeypatch.setenv("COLUMNS", "200")
    (line,) = [line for line in convcalc("runs", "--lang", "en").out.splitlines() if line.startswith("lenet")]
    assert "lenet, slide" in line
    assert "digits (≤ 300)" in line
    assert (tmp_path / "all.png").is_file()


def test_one_damaged_run_does_not_hide_the_others(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="good", epochs=1)
    (tmp_path / "runs" / "bad").mkdir()
    (tmp_path / "runs" / "bad" / "config.json").write_text("{")
    (tmp_path / "runs" / "worse").mkdir()
    (tmp_path / "runs" / "worse" / "config.json").write_text((tmp_path / "runs" / "good" / "config.json").read_text())
    (tmp_path / "runs" / "worse" / "summary.json").write_text("{}")
    ran = convcalc("runs", "--runs", str(tmp_path / "runs"), "--lang", "en")
    assert ran.code == 3
    assert "good" in ran.out
    assert ran.err.count("is damaged") == 2
    shutil.rmtree(tmp_path / "runs" / "good")
    ran = convcalc("runs", "--runs", str(tmp_path / "runs"), "--lang", "en")
    assert (ran.code, ran.out) == (3, "")
    ran = convcalc("runs", "--runs", str(tmp_path / "runs"), "--curves", str(tmp_path / "all.svg"), "--lang", "en")
    assert (ran.code, "PNG" in ran.err) == (2, True)
    assert not (tmp_path / "all.svg").exists()
    ran = convcalc("runs", "--runs", str(tmp_path / "nothing"), "--lang", "vi")
    assert (ran.code, "không có thư mục" in ran.err) == (3, True)


def test_names_of_classes_as_people_write_them(tmp_path: Path) -> None:
    """Long ones, dollars, more than have room: drawn without a warning, which would fail the test."""
    from convcalc.train import pictures

    names = ["bệnh khảm lá sắn (Cassava Mosaic Disease) nặng", "giá $5 và $10", *map(str, range(40))]
    for count in (2, 20, 42):
        table = np.eye(count, dtype=int) * 3
        assert pictures.png(pictures.confusion(table.tolist(), names[:count], "vi"))
    shown = [(np.zeros((1, 8, 8), np.float32), names[0], names[1], 0.5)] * 7
    assert pictures.png(pictures.mistakes(shown, "vi"))
    history = [{"epoch": 1, "validation_accuracy": 0.5}, {"epoch": 2, "validation_accuracy": 0.7}]
    assert pictures.png(pictures.lines({f"run {i} $x$": history for i in range(45)}, "vi"))
    assert pictures.png(pictures.lines({}, "en"))


def test_a_configuration_from_elsewhere(convcalc: Convcalc, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "config.json").write_text('{"a": 1}')
    for words in (("runs",), ("report", "x"), ("predict", "x", "y.png"), ("train", "--resume", "x")):
        ran = convcalc(*words, "--runs", str(tmp_path))
        assert (ran.code, "damaged" in ran.err) == (3, True)


def test_predict_sees_what_training_saw(convcalc: Convcalc, tmp_path: Path) -> None:
    """lenet5 takes 32×32 and is trained on 28×28 with a border: a picture file gets the same."""
    from PIL import Image

    from convcalc.train.data import Asked, sources
    from convcalc.train.measure import scores_of
    from convcalc.train.report import opened

    _, found = trained(tmp_path, recipe="lenet5", name="x", epochs=2)
    data = sources()["digits"].load(Path(), Asked((1, 32, 32)))
    network = opened(found)
    scores = scores_of(network.network, network.feed(data.test.take(np.arange(5))))
    for i in range(5):
        path = tmp_path / f"{i}.png"
        Image.fromarray(data.test.x[i, 0]).save(path)
        ran = convcalc("predict", "x", str(path), "--runs", str(tmp_path / "runs"), "--json", "--top", "1")
        top = json.loads(ran.out)["classes"][0]
        assert top["probability"] == pytest.approx(float(scores[i].softmax(0).max()), abs=1e-5)


def test_figures_that_cannot_be_are_named(convcalc: Convcalc, tmp_path: Path) -> None:
    _, found = trained(tmp_path, name="x", epochs=1)
    right = json.loads((found.folder / "summary.json").read_text())
    for key, value in (("test_accuracy", 7), ("seconds", -5), ("published", 98.4), ("most_common", -0.1)):
        (found.folder / "summary.json").write_text(json.dumps(right | {key: value}))
        ran = convcalc("report", "x", "--runs", str(tmp_path / "runs"), "--lang", "en")
        assert (ran.code, f"'{key}'" in ran.err) == (3, True), ran.err


def test_names_do_not_write_into_the_report(tmp_path: Path, convcalc: Convcalc) -> None:
    name = "<img src=x onerror=alert(1)>"
    trained(tmp_path, name=name, epochs=1)
    assert convcalc("report", name, "--runs", str(tmp_path / "runs")).code == 0
    assert "<img" not in (tmp_path / "runs" / name / "report.md").read_text()


def test_many_classes_have_room_for_some_names() -> None:
    from convcalc.train import pictures

    made = pictures.confusion(np.eye(350, dtype=int).tolist(), [f"class {i}" for i in range(350)], "en")
    shown = [label.get_text() for label in made.axes[0].get_yticklabels()]
    assert shown == [f"class {i}" for i in range(0, 350, 4)]


def test_a_run_that_begins_with_a_line_is_in_the_legend() -> None:
    from convcalc.train import pictures

    history = [{"epoch": 1, "validation_accuracy": 0.5}]
    made = pictures.lines({"_a": history, "b": history}, "en")
    assert [text.get_text().strip() for text in made.legends[0].get_texts()] == ["_a", "b"]


def test_outputs_that_are_no_class_have_a_column(monkeypatch: pytest.MonkeyPatch) -> None:
    from convcalc.train import pictures

    axes = pictures.confusion([[2, 1, 0, 5], [0, 4, 0, 0], [0] * 4, [0] * 4], ["a", "b"], "en").axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["a", "b", "no class"]
    assert axes.images[0].get_array().tolist() == [[0.25, 0.125, 0.625], [0, 1, 0]]
    axes = pictures.confusion([[2, 1, 0], [0, 4, 0], [0] * 3], ["a", "b"], "vi").axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["a", "b"]


def test_the_data_are_read_once(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    from convcalc.train.data import folders

    looked: list[Path] = []
    real = folders.decode
    monkeypatch.setattr(folders, "decode", lambda path, *size: looked.append(path) or real(path, *size))  # type: ignore[func-returns-value]
    words = ("--data", str(folder), "--epochs", "1", "--batch", "8", "--runs", str(tmp_path / "runs"), "--name", "x")
    assert convcalc("train", "lenet", *words).code == 0
    assert (tmp_path / "runs" / "x" / "mistakes.png").is_file()
    assert len(looked) == len(set(looked)) > 0


def test_runs_that_cannot_be_read_are_told_beside_the_json(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="good", epochs=1)
    _, bad = trained(tmp_path, name="bad", epochs=1)
    (bad.folder / "summary.json").write_text('{"test_accuracy": 3}')
    ran = convcalc("runs", "--runs", str(tmp_path / "runs"), "--json")
    assert ([row["run"] for row in json.loads(ran.out)], ran.code, "summary.json" in ran.err.replace("\n", "")) == (
        ["good"],
        3,
        True,
    )
