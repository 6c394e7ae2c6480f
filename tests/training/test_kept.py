"""Runs whose files somebody has altered, cut or lost: said in a sentence, never read as if nothing were."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convcalc.errors import ConvcalcError
from convcalc.train.run import Run
from convcalc.train.session import run
from convcalc.train.threads import WORTH, give_way, worth
from training.runs import Convcalc, equal, options, trained, weights


@pytest.fixture
def picture(tmp_path: Path) -> str:
    from PIL import Image

    path = tmp_path / "7.png"
    Image.fromarray(np.zeros((28, 28), np.uint8)).save(path)
    return str(path)


def put(key: str, value: Any) -> Callable[[Any], Any]:
    """Set a key, such as options.limit, to a value."""

    def change(found: Any) -> Any:
        at = found
        *before, last = key.split(".")
        for one in before:
            at = at[one]
        at[last] = value
        return found

    return change


ALTERED: list[tuple[str, str, Any]] = [
    ("config.json", key, value)
    for key, value in (
        ("scaling", None), ("scaling", [[0.1], [0]]), ("scaling", [[0.1], [0.2, 0.3]]), ("input", [1, 99999, 99999]), ("input", "abc"), ("classes", [0, 1, 2]), ("classes", []), ("classes", "abc"),
        ("kind", 5), ("samples", "x"), ("decoded", "x"), ("at_once", 0), ("at_once", "x"), ("notes", 5), ("source", None), ("options.limit", "x"), ("options.epochs", -4), ("options", 3),
        ("signature.setup.lr", "a"), ("signature.setup.augment", [["shift"]]), ("signature.recipe", "none"), ("signature.classes", 10.5), ("signature.seed", True), ("signature", []),
    )
]  # fmt: skip
ALTERED += [("summary.json", key, value) for key, value in (("seconds", "8"), ("test_accuracy", "0.5"), ("made_on", []), ("published", "x"), ("most_common", None))]  # fmt: skip


def test_altered_files_are_named(tmp_path: Path, convcalc: Convcalc, picture: str) -> None:
    _, found = trained(tmp_path, name="x", limit=60)
    trained(tmp_path, name="whole", limit=60)
    runs = ("--runs", str(tmp_path / "runs"), "--lang", "en")
    before = {name: (found.folder / name).read_bytes() for name in ("config.json", "summary.json", "metrics.jsonl", "confusion.json")}  # fmt: skip

    def said(name: str, content: bytes, what: str) -> None:
        (found.folder / name).write_bytes(content)
        commands = [("report", "x"), ("train", "--resume", "x"), ("runs",)]
        if name == "config.json":
            commands.append(("predict", "x", picture))
        if name == "confusion.json":
            commands = commands[:1]
        for words in commands:
            ran = convcalc(*words, *runs)
            text = " ".join(ran.err.split())
            assert (ran.code, name in text.replace(" ", ""), "is damaged" in text) == (3, True, True), (
                what,
                words,
                ran,
            )
            assert "convcalc itself" not in text
        (found.folder / name).write_bytes(before[name])
        assert ("whole" in convcalc("runs", *runs).out) is True

    for name, key, value in ALTERED:
        content = json.dumps(put(key, value)(json.loads(before[name]))).encode()
        said(name, content, f"{key} = {value}")
    for text in (b"{", b"\xff", b"[1, 2]", b"[" * 50_000):
        said("config.json", text, str(text[:9]))
    lines = before["metrics.jsonl"].replace(b'"train_loss": ', b'"train_loss": "x", "other": ')
    for text in (lines, b"[1]\n", b"{}\n", b"x"):
        said("metrics.jsonl", text, str(text[:30]))
    for text in (b"[1, 2]", b"[[1, 2], [3]]", b'[["a"]]', b"[[-1]]"):
        said("confusion.json", text, str(text))


def test_metrics_that_are_gone_come_from_the_checkpoint(tmp_path: Path, convcalc: Convcalc) -> None:
    _, found = trained(tmp_path, name="x", limit=60)
    before = found.metrics()
    (found.folder / "metrics.jsonl").unlink()
    (found.folder / "report.md").unlink(missing_ok=True)
    assert convcalc("report", "x", "--runs", str(tmp_path / "runs")).code == 0
    assert f"| {before[-1]['epoch']} |" in (found.folder / "report.md").read_text()


def test_a_damaged_checkpoint_is_told_and_its_epoch_trained_again(
    tmp_path: Path, convcalc: Convcalc, picture: str
) -> None:  # fmt: skip
    values: dict[str, Any] = {"name": "x", "limit": 60, "epochs": 3}
    _, found = trained(tmp_path, **values)
    right = weights(found)
    newest = found.checkpoints()[0]
    newest.write_bytes(newest.read_bytes()[:-1] + b"?")
    runs = ("--runs", str(tmp_path / "runs"), "--lang", "en")
    for words in (("predict", "x", picture), ("report", "x")):
        ran = convcalc(*words, *runs)
        assert (ran.code, f"{newest.name} is damaged" in "".join(ran.err.splitlines())) == (0, True), ran
    ran = convcalc("train", "--resume", "x", *runs)
    assert ran.code == 0, ran
    assert "going on after epoch 2 of 3" in ran.out
    assert "is damaged" in ran.out
    assert equal(weights(found), right)
    assert found.load() is not None
    assert found.damaged == []


def test_a_run_that_was_stopped_in_its_first_epoch(tmp_path: Path, convcalc: Convcalc, picture: str) -> None:
    steps = iter(range(9))
    trained(tmp_path, stop=lambda: next(steps) == 1, name="x", limit=60, batch=10)
    runs = ("--runs", str(tmp_path / "runs"), "--lang", "en")
    ran = convcalc("report", "x", *runs)
    assert (ran.code, "has not finished an epoch" in " ".join(ran.err.split())) == (3, True), ran
    ran = convcalc("predict", "x", picture, *runs)
    assert (ran.code, "not finished: 0 of 2 epochs" in " ".join(ran.err.split())) == (0, True), ran


def test_a_run_goes_on_with_its_own_data_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.files import mnist_files, written

    written(tmp_path / "sets" / "mnist", mnist_files(200))
    steps = iter(range(9))
    values: dict[str, Any] = {"data": "auto", "name": "x", "batch": 10}
    trained(tmp_path, stop=lambda: next(steps) == 1, data_dir=str(tmp_path / "sets"), **values)
    monkeypatch.setattr("convcalc.train.data.places._download", refuse)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, data_dir=str(tmp_path / "empty"), **values)
    assert (error.value.kind, error.value.exit_code) == ("no_download", 3)


def refuse(*_: object) -> None:
    from convcalc.errors import MissingError

    raise MissingError("no_download", name="x", reason="refused", folder="/nowhere")


def test_a_set_that_is_smaller_than_a_batch(tmp_path: Path) -> None:
    said: dict[str, Any] = {}

    def told(event: str, values: dict[str, Any]) -> None:
        said[event] = values

    run(options(tmp_path, name="large", limit=60, batch=10**6, epochs=1), told, lambda: False)
    assert said["start"]["batch"] == said["start"]["samples"] == 50
    run(options(tmp_path, name="small", limit=60, batch=50, epochs=1), told, lambda: False)
    assert said["start"]["memory"] == Run(tmp_path / "runs" / "large").summary()["estimated_memory"]  # type: ignore[index]


def test_threads_follow_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [worth(macs, 8) for macs in (0, WORTH - 1, WORTH, 3 * WORTH, 10**12)] == [1, 1, 1, 3, 8]
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    give_way()
    import os

    assert os.environ["GOMP_SPINCOUNT"] == "7"
    monkeypatch.delenv("GOMP_SPINCOUNT")
    give_way()
    assert os.environ["GOMP_SPINCOUNT"] == "1000"
