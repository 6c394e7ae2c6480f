"""From words to a run: targets, transfer, memory, limits, and bad words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import convcalc as cc
from convcalc.errors import ConvcalcError
from convcalc.memory import footprint
from convcalc.train import session
from convcalc.train.data import Asked, sources
from convcalc.train.kept import digest
from convcalc.train.run import Run
from convcalc.train.session import run
from training.runs import Convcalc, options, trained, weights


def test_word_vectors_are_taken_over_only_with_the_same_words(tmp_path: Path, reviews: Path) -> None:
    values: dict[str, Any] = {"recipe": "textcnn", "data": "auto", "data_dir": str(reviews), "epochs": 1, "batch": 8}
    _, base = trained(tmp_path, name="base", **values)
    events: dict[str, Any] = {}
    for name, words in (("same", None), ("other", ["<pad>", "<unk>", *"abcdefghijkl"])):
        if words is not None:
            held = base.read_json("words.json")
            base.write_json("words.json", words[: len(held)])
            base.write_json("config.json", base.config() | {"words": digest(words[: len(held)])})
        chosen = options(tmp_path, name=name, init="base", **values)
        run(chosen, lambda event, said: events.update({event: said}), lambda: False)
        assert events["taken"]["taken"] == events["taken"]["of"] - (words is not None)


def test_what_was_learned_can_be_taken_over(tmp_path: Path) -> None:
    _, base = trained(tmp_path, name="base", epochs=1)
    events: dict[str, Any] = {}
    chosen = options(tmp_path, name="tuned", epochs=1, init="base", freeze=True, classes=12)
    run(chosen, lambda event, values: events.update({event: values}), lambda: False)
    old, new = weights(base), weights(Run(chosen.folder))
    assert events["frozen"]["count"] > 40_000
    changed_keys = [key for key in old if old[key].shape != new[key].shape or not torch.equal(old[key], new[key])]
    assert changed_keys == ["9.weight", "9.bias"]
    assert new["9.weight"].shape == (12, 84)


def test_a_run_that_did_not_come_to_its_end_is_taken_over_with_a_word(tmp_path: Path) -> None:
    left = iter(range(100))
    _, base = trained(tmp_path, name="base", epochs=3, stop=lambda: next(left) >= 4)
    assert base.summary() is None
    for name, init in (("tuned", "base"), ("more", "tuned")):
        told: dict[str, dict[str, Any]] = {}
        chosen = options(tmp_path, name=name, epochs=1, init=init)
        run(chosen, lambda event, values, told=told: told.update({event: dict(values)}), lambda: False)  # type: ignore[misc]
        assert told["taken"].get("epochs") == (1 if init == "base" else None)


def test_a_target_stops_early_and_sets_the_exit_code(convcalc: Convcalc, tmp_path: Path) -> None:
    words = ("--data", "digits", "--runs", str(tmp_path), "--device", "cpu", "--epochs", "30", "--json")
    ran = convcalc("train", "lenet", *words, "--name", "a", "--target-accuracy", "0.5")
    assert ran.code == 0
    assert json.loads(ran.out)["epochs"] < 30
    ran = convcalc(
        "train", "lenet", *words[:-3], "--epochs", "1", "--json", "--name", "b", "--target-accuracy", "0.999"
    )
    assert ran.code == 1


def test_the_loss_that_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(module: nn.Module, glorot: bool) -> None:
        with torch.no_grad():
            next(iter(module.parameters())).fill_(float("inf"))

    monkeypatch.setattr("convcalc.train.build.initialise", endless)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path)
    assert error.value.kind == "loss_not_finite"
    assert "--lr" in (error.value.hint() or "")


def test_a_training_that_learned_nothing_says_so(convcalc: Convcalc, tmp_path: Path) -> None:
    words = [
        "train",
        "lenet",
        "--data",
        "digits",
        "--epochs",
        "1",
        "--device",
        "cpu",
        "--threads",
        "1",
        "--runs",
        str(tmp_path),
    ]
    for lang, said in (("en", "learned nothing"), ("vi", "chưa học được gì")):
        for name, more, nothing in (("wild", ("--lr", "1000"), True), ("short", (), False)):
            found = convcalc(*words, "--name", f"{name}-{lang}", *more, "--lang", lang)
            assert found.code == 0, found.err
            assert (said in " ".join(found.out.split())) == nothing
            again = convcalc(*words, "--name", f"{name}-{lang}", *more, "--lang", lang)
            assert (said in " ".join(again.out.split())) == nothing
    summary = Run(tmp_path / "wild-en").read_json("summary.json")
    counts = [sum(row) for row in Run(tmp_path / "wild-en").read_json("confusion.json")]
    assert summary["most_common"] == pytest.approx(max(counts) / sum(counts), abs=1e-6)
    assert summary["test_accuracy"] <= summary["most_common"]


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
        )

    monkeypatch.setattr("convcalc.train.loop.F.cross_entropy", refuse)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", batch=256)
    assert (error.value.kind, error.value.exit_code) == ("out_of_memory", 3)
    assert "--batch" in (error.value.hint() or "")


def test_a_batch_that_cannot_fit_is_refused_before_the_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = footprint(cc.parse("lenet classes=10"), (1, 28, 28))
    data = sources()["digits"].load(Path(), Asked((1, 28, 28))).limited(300, 0)  # they lie beside it
    monkeypatch.setattr(session, "available", lambda _device: needs.peak(64) - 1 + data.train.held)
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", batch=64)
    fits = int((error.value.hint() or "").split()[-1].rstrip("."))
    assert 1 <= fits <= 32
    assert trained(tmp_path, name="x", batch=fits)[0]["state"] == "done"


def test_the_test_set_is_not_shown_before_the_end(convcalc: Convcalc, tmp_path: Path) -> None:
    steps = 0

    def stop() -> bool:
        nonlocal steps
        steps += 1
        return steps >= 3

    trained(tmp_path, stop=stop, name="x", batch=128, epochs=5)
    assert convcalc("report", "x", "--runs", str(tmp_path / "runs"), "--lang", "en").code == 0
    left = {path.name for path in (tmp_path / "runs" / "x").iterdir()}
    assert "mistakes.png" not in left
    assert "Unfinished" in (tmp_path / "runs" / "x" / "report.md").read_text()


def test_fresh_takes_away_nothing_else(tmp_path: Path) -> None:
    _, found = trained(tmp_path, name="x", epochs=1)
    (found.folder / "thesis.docx").write_text("mine")
    before = sorted(path.name for path in found.folder.iterdir())
    with found.held(), pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", epochs=2, fresh=True)
    assert error.value.kind == "run_busy"
    assert sorted(path.name for path in found.folder.iterdir()) == before
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="x", epochs=2, fresh=True, init="x")
    assert error.value.kind == "init_itself"
    with pytest.raises(ConvcalcError) as error:
        trained(tmp_path, name="nowhere", init="nowhere")
    assert error.value.kind == "no_run"
    assert sorted(path.name for path in found.folder.iterdir()) == before
    trained(tmp_path, name="x", epochs=2, fresh=True)
    assert (found.folder / "thesis.docx").read_text() == "mine"


def test_a_limit_takes_of_every_class(tmp_path: Path, folder: Path) -> None:
    from convcalc.train.data import Asked
    from convcalc.train.data.folders import read_tree

    data = read_tree(folder, Asked((3, 16, 16))).limited(10, 1)
    assert len(data.train) == 10
    assert set(data.train.y.tolist()) == set(range(5))


def test_what_is_frozen_learns_nothing_statistics_included(tmp_path: Path) -> None:
    values: dict[str, Any] = {"recipe": "resnet18-small", "limit": 20, "batch": 8, "epochs": 1}
    _, base = trained(tmp_path, name="base", **values)
    _, tuned = trained(tmp_path, name="tuned", init="base", freeze=True, seed=1, **values)
    old, new = weights(base), weights(tuned)
    changed_keys = [key for key in old if not torch.equal(old[key], new[key])]
    assert len(changed_keys) == 2
    assert all(new[key].shape[0] == 10 for key in changed_keys)


def test_what_nobody_trained_is_not_frozen(tmp_path: Path) -> None:
    trained(tmp_path, name="base", recipe="mlp-cifar", epochs=1)
    for recipe in ("mlp-cifar-2", "mlp-cifar"):
        chosen = options(tmp_path, name=recipe, recipe=recipe, epochs=1, init="base", freeze=True)
        if recipe == "mlp-cifar":
            assert run(chosen, lambda *_: None, lambda: False)["state"] == "done"
            continue
        with pytest.raises(ConvcalcError) as error:
            run(chosen, lambda *_: None, lambda: False)
        assert (error.value.kind, error.value.exit_code) == ("freeze_untrained", 2)
        assert error.value.message("en") != error.value.message("vi")
        assert not chosen.folder.exists()


def test_fresh_clears_nothing_where_the_weights_do_not_fit(tmp_path: Path) -> None:
    trained(tmp_path, name="base", recipe="mlp-cifar", epochs=1)
    _, mine = trained(tmp_path, name="mine", recipe="mlp-cifar-2", epochs=1)
    before = sorted(path.name for path in mine.folder.iterdir())
    for values, kind in (({"recipe": "mlp-cifar-2", "freeze": True}, "freeze_untrained"), ({"recipe": "digits20"}, "other_network")):  # fmt: skip
        with pytest.raises(ConvcalcError) as error:
            trained(tmp_path, name="mine", epochs=1, fresh=True, init="base", **values)
        assert error.value.kind == kind
        assert sorted(path.name for path in mine.folder.iterdir()) == before


def test_measuring_is_in_the_estimate(tmp_path: Path) -> None:
    found, kept = trained(tmp_path, batch=4, epochs=1, limit=None)
    config = kept.config()
    needs = footprint(cc.parse("lenet"), (1, 28, 28))
    once = needs.evaluation(min(config["at_once"], config["samples"][1]))
    assert found["estimated_memory"] == once > needs.peak(4)


def test_a_small_memory_has_few_measured_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = footprint(cc.parse("lenet"), (1, 28, 28))
    room = needs.evaluation(60)
    data = sources()["digits"].load(Path(), Asked((1, 28, 28)))
    monkeypatch.setattr(session, "available", lambda device: room + data.train.held)
    _, found = trained(tmp_path, batch=4, epochs=1, limit=None)
    assert 4 <= found.config()["at_once"] <= 60
    assert needs.evaluation(found.config()["at_once"]) <= room


def test_a_missed_target_stays_missed(convcalc: Convcalc, tmp_path: Path) -> None:
    words = (
        "train",
        "lenet",
        "--data",
        "digits",
        "--limit",
        "300",
        "--runs",
        str(tmp_path),
        "--device",
        "cpu",
        "--epochs",
        "1",
        "--target-accuracy",
        "0.999",
    )
    assert [convcalc(*words).code for _ in range(2)] == [1, 1]


def test_resume_refuses_other_numbers(convcalc: Convcalc, tmp_path: Path) -> None:
    trained(tmp_path, name="x", epochs=1)
    runs = ("--runs", str(tmp_path / "runs"))
    ran = convcalc("train", "--resume", "x", "--epochs", "5", *runs)
    assert (ran.code, "--epochs" in ran.err) == (2, True)
    assert convcalc("train", "--resume", "x", *runs).code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("lnet",), 2, "'lnet'"),
        ((), 2, "say what to train"),
        (("lenet", "--epochs", "0"), 2, "--epochs"),
        (("lenet", "--lr", "-1"), 2, "--lr"),
        (("lenet", "--data", "nothing"), 3, "'nothing'"),
        (("lenet-cassava",), 2, "--data FOLDER"),
        (("textcnn", "--data", "digits"), 2, "textcnn"),
        (("lenet", "--data", "shapes"), 2, "shapes"),
        (("lenet", "--data", "digits", "--classes", "3"), 2, "--classes 3"),
        (("lenet", "--data", "digits", "--device", "cuda"), 3, "cuda"),
        (("lenet", "--data", "digits", "--init", "none"), 3, "'none'"),
        (("--resume", "none"), 3, "'none'"),
        (("lenet", "--data", "digits", "--runs", "/proc/x"), 3, "/proc/x"),
        (("lenet", "--data", "digits", "--data-dir", "/nowhere"), 3, "/nowhere"),
        (("lenet", "--data", "digits", "--freeze", "features"), 2, "--init RUN"),
        (("lenet", "--data", "digits", "--name", "../x"), 2, "'../x'"),
        (("lenet", "--data", "digits", "--name", ""), 2, "''"),
        (("lenet", "--data", "digits", "--name", " "), 2, "' '"),
        (("lenet", "--data", "digits", "--name", "a\nb"), 2, "--name"),
        (("lenet", "--data", "digits", "--target-accuracy", "0"), 2, "0.000001"),
        (("zzzzzz",), 2, "recipe 'zzzzzz' convcalc train --list shows all."),
        (("lenet", "--data", "digits", "--threads", "100000"), 2, "--threads"),
        (("--resume", "none", "--fresh"), 2, "--fresh"),
        (("lenet", "--data", "digits", "--precision", "fp8"), 2, "fp8"),
        (("lenet", "--data", "digits", "--limit", "10"), 2, "too few samples"),
    ],
)  # fmt: skip
def test_bad_words(
    convcalc: Convcalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    if "cuda" in words and torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    monkeypatch.chdir(tmp_path)
    for lang in ("en", "vi"):
        ran = convcalc("train", *words, "--lang", lang)
        assert ran.code == code, ran.err
        assert lang == "vi" or said in ran.err.replace("\n", " ")
        assert "Traceback" not in ran.err
        assert "convcalc itself" not in ran.err
    assert not list(tmp_path.glob("runs/*"))  # nothing is left of what never began


def begun(chosen: Any) -> dict[str, Any]:
    """What is told when a training begins, which then ends."""

    class Enough(Exception):
        pass

    told: dict[str, Any] = {}

    def tell(event: str, values: dict[str, Any]) -> None:
        told.update({event: values})
        if event == "start":
            raise Enough

    with pytest.raises(Enough):
        run(chosen, tell, lambda: False)
    return told


def test_a_small_set_holds_out_enough_and_momentum_is_one_number_for_each(tmp_path: Path) -> None:
    start = begun(options(tmp_path, recipe="resnet18-small", flavour="fast", batch=16))["start"]
    assert start["setup"].validation < 0.05
    assert start["samples"] == 269  # of 299: a tenth is held out, where the recipe's share would be six pictures
    needs = footprint(start["built"].layer, start["built"].shape, channels_last=True)
    assert start["setup"].optimiser == "sgd"
    assert needs.peak(16, 1) == start["memory"] < needs.peak(16, 2)


def test_a_folder_called_auto_is_not_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "auto").mkdir()
    assert (options(tmp_path, data="auto").fixed().data, options(tmp_path, data="auto").data) == ("auto", "auto")


def test_other_classes_get_a_last_layer_of_their_own(tmp_path: Path, folder: Path) -> None:
    values: dict[str, Any] = {"recipe": "lenet", "data": str(folder), "epochs": 1, "batch": 8, "limit": None}
    trained(tmp_path, name="base", **values)
    told: dict[str, Any] = {}
    for name, taken in (("same", 10), ("renamed", 8)):
        if name == "renamed":
            first = sorted(path for path in folder.iterdir() if path.is_dir())[0]
            first.rename(first.with_name("aaa"))
        run(
            options(tmp_path, name=name, init="base", **values),
            lambda event, said: told.update({event: said}),
            lambda: False,
        )
        assert (told["taken"]["taken"], told["taken"]["of"]) == (taken, 10)


def test_a_stop_in_the_last_moments_comes_before_the_test(tmp_path: Path) -> None:
    told: list[str] = []
    chosen = options(tmp_path, name="x", epochs=1)
    ended = run(chosen, lambda event, _: told.append(event), lambda: "epoch" in told)
    assert (ended["state"], "testing" in told) == ("interrupted", False)
    assert run(chosen, lambda event, _: told.append(event), lambda: False)["state"] == "done"
    assert told.count("epoch") == 1


@pytest.mark.parametrize("at", ["data", "testing"])
def test_a_stop_where_nothing_is_learned_is_at_once(tmp_path: Path, at: str) -> None:
    code = f"""
import os, signal, sys
from convcalc.cli import main
from convcalc.train.live import Live

told = Live.told
def watched(self, event, values):
    told(self, event, values)
    if event == {at!r}:
        os.kill(os.getpid(), signal.SIGHUP)
Live.told = watched
sys.argv[1:] = ["train", "lenet", "--data", "digits", "--limit", "60", "--epochs", "1", "--runs", {str(tmp_path)!r}, "--name", "x", "--json", "--lang", "en"]
main()
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, json.loads(ran.stdout)) == (130, {"state": "interrupted", "run": str(tmp_path / "x")})
    assert "the same command goes on" in ran.stderr
    assert Run(tmp_path / "x").summary() is None
