"""Runs whose files somebody has altered, cut or lost: said in a sentence, never read as if nothing were."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convcalc.errors import ConvcalcError
from convcalc.train import loop
from convcalc.train.kept import NEEDED
from convcalc.train.reasons import why
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
        ("signature.setup.lr", "a"), ("signature.setup.augment", [["shift"]]), ("signature.recipe", "none"), ("signature.classes", 10.5), ("signature.seed", True), ("signature", []), ("signature.setup.clip", 10**400), ("options.threads", 2**40),
    )
]  # fmt: skip
ALTERED += [("summary.json", key, value) for key, value in (("seconds", "8"), ("test_accuracy", "0.5"), ("made_on", []), ("published", "x"), ("most_common", None))]  # fmt: skip


def test_altered_files_are_named(tmp_path: Path, convcalc: Convcalc, picture: str) -> None:
    _, found = trained(tmp_path, name="x", limit=60)
    trained(tmp_path, name="whole", limit=60)
    runs = ("--runs", str(tmp_path / "runs"), "--lang", "en")
    before = {name: (found.folder / name).read_bytes() for name in ("config.json", "summary.json", "metrics.jsonl", "confusion.json", "worst.json")}  # fmt: skip

    def said(name: str, content: bytes, what: str) -> None:
        (found.folder / name).write_bytes(content)
        commands = [("report", "x"), ("train", "--resume", "x"), ("runs",)]
        if name == "config.json":
            commands.append(("predict", "x", picture))
        if name in ("confusion.json", "worst.json"):
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
        if name not in ("confusion.json", "worst.json"):  # a good run stays in the list beside a broken one
            assert "whole" in convcalc("runs", *runs).out
        (found.folder / name).write_bytes(before[name])

    for name, key, value in ALTERED:
        content = json.dumps(put(key, value)(json.loads(before[name]))).encode()
        said(name, content, f"{key} = {value}")
    for text in (b"{", b"\xff", b"[1, 2]", b"[" * 50_000):
        said("config.json", text, str(text[:9]))
    for name, part, keys in (
        ("config.json", "", "config"),
        ("config.json", "signature", "signature"),
        ("config.json", "options", "options"),
        ("summary.json", "", "summary"),
    ):
        for key in sorted(NEEDED[keys]):
            content = json.loads(before[name])
            del (content[part] if part else content)[key]
            said(name, json.dumps(content).encode(), f"without {part}.{key}")
    lines = before["metrics.jsonl"].replace(b'"train_loss": ', b'"train_loss": "x", "other": ')
    shorter = (
        before["metrics.jsonl"].splitlines()[0]
        + b"\n"
        + lines.splitlines()[1].replace(b'"train_loss": "x", ', b"")
        + b"\n"
    )
    for text in (lines, shorter, b"[1]\n", b"{}\n", b"x"):
        said("metrics.jsonl", text, str(text[:30]))
    for text in (b"[1, 2]", b"[[1, 2], [3, 4]]", b'[["a"]]', b"[[-1]]"):
        said("confusion.json", text, str(text))
    for text in (
        b"5",
        b"[1]",
        b'[{"sample": 999999, "taken": 1, "share": 0.5}]',
        b'[{"sample": 0, "taken": 1, "share": 2}]',
    ):
        said("worst.json", text, str(text))


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
    assert "going on with epoch 3 of 3" in ran.out
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


def test_a_config_that_is_gone(tmp_path: Path, convcalc: Convcalc) -> None:
    _, found = trained(tmp_path, name="x", limit=60)
    (found.folder / "config.json").unlink()
    words = [*"train lenet --data digits --limit 60 --name x --device cpu --runs".split(), str(tmp_path / "runs")]
    ran = convcalc(*words, "--lang", "en")
    assert (ran.code, "the file is not there" in " ".join(ran.err.split())) == (3, True), ran


def test_parts_that_are_removed_are_made_again(tmp_path: Path, convcalc: Convcalc) -> None:
    _, found = trained(tmp_path, name="x", limit=60)
    before = {name: (found.folder / name).read_bytes() for name in ("confusion.json", "metrics.jsonl")}
    accuracy = json.loads((found.folder / "summary.json").read_text())["test_accuracy"]
    for gone in (["summary.json"], ["confusion.json"], ["metrics.jsonl", "summary.json"]):
        for name in gone:
            (found.folder / name).unlink()
        assert convcalc("train", "--resume", "x", "--runs", str(tmp_path / "runs")).code == 0
        assert {name: (found.folder / name).read_bytes() for name in before} == before
        assert json.loads((found.folder / "summary.json").read_text())["test_accuracy"] == accuracy


def test_a_loss_that_is_no_number_on_the_validation_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = loop.measured

    def infinite(*given: Any) -> Any:
        found = whole(*given)
        return type(found)(float("inf"), found.confusion)

    monkeypatch.setattr(loop, "measured", infinite)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", limit=60)
    assert error.value.kind == "loss_not_finite"


def test_reasons_in_both_languages(tmp_path: Path, convcalc: Convcalc, reviews: Path) -> None:
    import gzip
    import io

    from PIL import Image, UnidentifiedImageError

    def of(made: Callable[[], Any]) -> str:
        with pytest.raises(Exception) as error:  # noqa: PT011
            made()
        return str(why(error.value)["reason"])

    assert of(lambda: b"caf\xe9".decode()) == "it is no text in UTF-8"
    packed = gzip.compress(b"x" * 99)
    assert of(lambda: gzip.decompress(packed[:-9])) == "it is cut short"
    assert of(lambda: gzip.decompress(b"\x1f\x8b" + b"x" * 90)) == "what is packed in it is damaged"
    assert of(lambda: (tmp_path / "Truncated").read_bytes()) == "No such file or directory"
    assert of(lambda: json.loads("{")) == "it is no JSON"
    assert why(UnidentifiedImageError("truncated.png"))["reason_vi"] == "không phải ảnh"
    picture = io.BytesIO()
    Image.fromarray(np.zeros((99, 99), np.uint8)).save(picture, "png")
    assert of(lambda: Image.open(io.BytesIO(picture.getvalue()[:60])).load()) == "it is cut short"

    trained(tmp_path, name="words", recipe="textcnn", data="auto", data_dir=str(reviews), epochs=1, batch=8, limit=20)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    for lang, words in (("en", "it is no text in UTF-8"), ("vi", "không phải văn bản UTF-8")):
        ran = convcalc(
            "predict", "words", str(tmp_path / "latin.txt"), "--runs", str(tmp_path / "runs"), "--lang", lang
        )
        assert (ran.code, words in " ".join(ran.err.split())) == (2, True), ran


def test_words_are_those_that_were_written(tmp_path: Path, convcalc: Convcalc, reviews: Path) -> None:
    values: dict[str, Any] = {
        "recipe": "textcnn",
        "name": "t",
        "data": "auto",
        "data_dir": str(reviews),
        "epochs": 1,
        "batch": 8,
    }
    _, found = trained(tmp_path, **values)
    own = found.read_json("words.json")
    ask = ("predict", "t", "ngon", "--runs", str(tmp_path / "runs"), "--lang", "en")
    assert convcalc(*ask).code == 0
    for other in (5, {}, ["a", 3], own[::-1], own[:-1], None, ["\ud800"] * len(own)):
        if other is None:
            (found.folder / "words.json").unlink()
        else:
            (found.folder / "words.json").write_text(json.dumps(other))
        ran = convcalc(*ask)
        assert (ran.code, "words.json" in ran.err.replace("\n", ""), "--resume" in ran.err) == (3, True, True), ran.err
    (found.folder / "words.json").unlink(missing_ok=True)
    trained(tmp_path, **values)  # the same command makes it again
    assert found.read_json("words.json") == own


def test_more_classes_than_outputs_are_none_of_convcalcs(tmp_path: Path) -> None:
    _, found = trained(tmp_path, name="x", limit=60, epochs=1)
    found.write_json("config.json", found.config() | {"classes": [str(i) for i in range(11)]})
    with pytest.raises(ConvcalcError) as error:
        found.config()
    assert error.value.kind == "run_broken"


def test_what_a_kill_left_goes_and_other_hidden_files_stay(tmp_path: Path) -> None:
    _, found = trained(tmp_path, name="x", limit=60, epochs=1)
    left = [found.folder / name for name in (".metrics.jsonl-ai46mk78", ".checkpoint-00001-0000000--x1")]
    for path in left:
        path.write_text("half")
    (found.folder / ".mine-metrics.jsonl").write_text("mine")
    trained(tmp_path, name="x", limit=60, epochs=1)
    assert [path.exists() for path in (*left, found.folder / ".mine-metrics.jsonl")] == [False, False, True]


def test_a_lock_that_was_taken_away_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Run(tmp_path)
    real = fcntl.flock

    def late(descriptor: int, how: int) -> None:
        (tmp_path / ".lock").unlink()  # its owner is done just between opening and locking
        real(descriptor, how)

    monkeypatch.setattr("fcntl.flock", late)
    with pytest.raises(ConvcalcError) as error, found.held():
        pass
    assert error.value.kind == "run_busy"


def test_checkpoints_are_in_the_order_of_their_epochs(tmp_path: Path) -> None:
    for epoch in (99_999, 100_000, 5):
        (tmp_path / f"checkpoint-{epoch:05d}-0000000-0123456789ab.pt").write_text("")
    assert [path.name[11:17] for path in Run(tmp_path).checkpoints()] == ["100000", "99999-", "00005-"]


def test_files_have_the_permissions_that_are_usual(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        Run(tmp_path).write_json("x.json", 1)
    finally:
        os.umask(before)
    assert (tmp_path / "x.json").stat().st_mode & 0o777 == 0o600
