"""Every recipe takes its steps; real MNIST."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from convcalc.train.recipes import RECIPES, recipe_of
from convcalc.train.rewrites import rewritten
from training.runs import REAL, Convcalc, command, environment, real_data, trained

# What takes long on a CPU is looked at with few samples and one step.
HEAVY = ("vgg", "resnet", "alexnet", "densenet", "cnn-")


@pytest.mark.parametrize(
    "name", [n for n in RECIPES if not n.startswith(HEAVY[:4]) or n in ("resnet18-small", "alexnet")]
)
@pytest.mark.parametrize("flavour", ["slide", "fast"])
def test_every_recipe_takes_two_steps(name: str, flavour: str, tmp_path: Path, reviews: Path, folder: Path) -> None:
    recipe = RECIPES[name]
    data = {"ntc-scv": "auto", "shapes": "shapes", "": str(folder)}.get(recipe.data, "digits")
    batch = 4 if name in ("resnet18-small", "alexnet") else 8
    found, where = trained(
        tmp_path, recipe=name, flavour=flavour, data=data, data_dir=str(reviews), epochs=1, batch=batch, limit=20
    )
    assert found["epochs"] == 1
    assert np.isfinite(found["test_loss"])
    assert found["published"] is None  # a few samples, or others
    assert where.metrics()[0]["epoch"] == 1


@pytest.mark.parametrize("name", [n for n in RECIPES if n.startswith(HEAVY[:4]) and n not in ("resnet18-small", "alexnet")])  # fmt: skip
def test_the_deep_recipes_take_two_steps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On pictures of half the size where the network takes any, with two samples a step."""
    recipe = recipe_of(name)
    side = 224 if name.startswith("vgg") else 64
    module = recipe.layer(10).module((3, side, side))
    assert sum(p.numel() for p in module.parameters()) == recipe.layer(10).params((3, 224, 224))
    optimiser = torch.optim.SGD(module.parameters(), lr=1e-4)
    network = rewritten(module)
    losses = []
    for _ in range(2):
        x = torch.randn(2 if side == 64 else 1, 3, side, side, generator=torch.Generator().manual_seed(0))
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(network(x), torch.zeros(len(x), dtype=torch.long))
        loss.backward()  # type: ignore[no-untyped-call]
        assert all(p.grad is not None and p.grad.isfinite().all() for p in module.parameters())
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.isfinite(losses).all()
    assert losses[0] != losses[1]


@pytest.mark.parametrize("name", ["lenet", "lenet5", "mlp-fashion", "digits20", "down-average", "textcnn", "fcn", "resnet18-small"])  # fmt: skip
def test_recipes_in_bfloat16(name: str, tmp_path: Path, reviews: Path) -> None:
    data = {"textcnn": "auto", "fcn": "shapes"}.get(name, "digits")
    found, _ = trained(
        tmp_path, recipe=name, data=data, data_dir=str(reviews), epochs=1, batch=8, limit=20, precision="bf16"
    )
    assert np.isfinite(found["test_loss"])
    assert found["made_on"]["precision"] == "bf16"


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler, which torch.compile needs")
def test_compiled_steps_learn_the_same(tmp_path: Path) -> None:
    words = ["--epochs", "1", "--limit", "64", "--batch", "32", "--json"]
    losses = []
    for name, more in (("plain", []), ("compiled", ["--compile"])):
        ran = subprocess.run(
            command(tmp_path, name, *words, *more), env=environment(), capture_output=True, text=True, timeout=600
        )
        assert ran.returncode == 0, ran.stderr
        losses.append(json.loads(ran.stdout)["test_loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    alone = environment() | {"PATH": "", "CXX": "/nowhere/c++", "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "compiled")}
    ran = subprocess.run(
        command(tmp_path, "none", *words, "--compile", "--lang", "en"), env=alone, capture_output=True, text=True, timeout=600
    )  # fmt: skip
    assert (ran.returncode, "leave out --compile" in ran.stdout) == (3, True), ran.stdout


def test_recipes_by_other_names() -> None:
    assert recipe_of("vgg16").name == "vgg-d"
    assert recipe_of("ResNet-50").name == "resnet50"


def test_the_numbers_that_a_user_gives_take_the_recipes_place(tmp_path: Path) -> None:
    given: dict[str, Any] = {"epochs": 2, "batch": 50, "lr": 1e-5, "schedule": "constant"}
    _, found = trained(tmp_path, name="x", **given)
    setup = found.config()["signature"]["setup"]
    assert {key: setup[key] for key in given} == given
    assert [one["lr"] for one in found.metrics()] == [1e-5, 1e-5]


def test_the_list_of_recipes(convcalc: Convcalc) -> None:
    names = [one["name"] for one in json.loads(convcalc("train", "--list", "--json").out)]
    assert {
        "lenet",
        "lenet5",
        "textcnn",
        "digits20",
        "fcn",
        "mlp-fashion",
        "mlp-cifar",
        "cnn-cifar",
        "densenet121",
    } <= set(names)
    assert "fashion-mnist" in convcalc("train", "--list", "--lang", "vi").out


@real_data
def test_real_mnist_one_epoch_is_over_95_percent(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    found, _ = trained(tmp_path, data="mnist", data_dir=str(REAL), epochs=1, limit=None, flavour="fast")
    assert found["test_accuracy"] > 0.95
