"""An epoch of LeNet, an MLP and a TextCNN beside the usual loops, and LeNet from the start of the process to the slides' accuracy.

CONVCALC_DATA names the folder of the data sets.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convcalc.train.threads import give_way

give_way()  # before torch is imported, as `convcalc train` does; all that is timed has it

import torch
from common import in_turn, machine, median, no_words, ratio, report
from slides_way import LeNet, Pictures, epoch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from convcalc.train.build import build
from convcalc.train.data import Asked, sources
from convcalc.train.data.places import place_of
from convcalc.train.feed import Feed, scaling_of
from convcalc.train.loop import Training, train
from convcalc.train.memory import keep
from convcalc.train.parallel import World
from convcalc.train.recipes import RECIPES, Setup
from convcalc.train.rewrites import rewritten
from convcalc.train.run import Run

CPU = torch.device("cpu")
TIMES = 5
SLIDES = 0.984  # the deck's accuracy


def loaded(name: str, size: tuple[int, int, int] | None = None) -> Any:
    place = place_of(sources()[name], None)
    assert place is not None, f"put {name} into CONVCALC_DATA"
    return sources()[name].load(place, Asked(size))


def ours(recipe: str, data: Any, batch: int, precision: str = "fp32") -> Callable[[], None]:
    """One epoch of convcalc's loop with all that belongs to it (metrics, checkpoint), without validation."""
    chosen = RECIPES[recipe]
    built = build(chosen, data, len(data.classes), 0)
    shape = tuple(map(int, map(str, built.shape)))
    feed = Feed(data.train, CPU, shape, scaling_of(data.train, chosen.normalise), 0)
    network = rewritten(built.module)

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            t = Training(
                built.module,
                network,
                Setup(1, batch, 1e-3),
                0,
                CPU,
                feed,
                None,
                len(data.classes),
                Run(Path(folder)),
                World(),
                precision,
                {},
            )
            train(t)

    return run


def hand_written(data: Any, batch: int) -> Callable[[], None]:
    """The best loop one would write by hand: all samples as normalised numbers in memory, the same rewritten network, no metrics."""
    x = torch.from_numpy(data.train.x.copy()).float().div_(255).sub_(0.1307).div_(0.3081)
    y = torch.from_numpy(data.train.y)
    model = build(RECIPES["lenet"], data, 10, 0).module
    network = rewritten(model)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)

    def run() -> None:
        for places in torch.randperm(len(y)).split(batch):
            optimiser.zero_grad(set_to_none=True)
            F.cross_entropy(network(x[places]), y[places]).backward()
            optimiser.step()

    return run


def slides(pictures: Pictures, model: nn.Module, batch: int) -> Callable[[], None]:
    """The slides' way, the pictures made ready in the process itself."""
    loader = DataLoader(pictures, batch_size=batch, shuffle=True)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    return lambda: epoch(model, loader, optimiser)


def products(samples: int, batch: int) -> Callable[[], None]:
    """Nothing but the two large products of every step of the MLP on CIFAR-10, each the quickest way in fp32 that was found."""
    x, weight, gradient = torch.randn(batch, 3072), torch.randn(256, 3072), torch.randn(batch, 256)
    picture = x.view(1, batch, 1, 3072).permute(0, 3, 1, 2)

    def run() -> None:
        for _ in range(-(-samples // batch)):
            F.conv2d(picture, weight[:, :, None, None])
            torch.ops.mkldnn._linear_pointwise(gradient.t(), x.t(), None, "none", [], "")

    return run


def padded(data: Any, batch: int) -> Callable[[], None]:
    """A TextCNN with batches of texts as they come, padded to their longest; the deck's module."""
    split = data.train
    texts = [torch.from_numpy(row[:n]).long() for row, n in zip(split.x, split.lengths, strict=True)]
    labels = torch.from_numpy(split.y)
    model = build(RECIPES["textcnn"], data, 2, 0).module
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)

    def collate(places: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        return pad_sequence([texts[i] for i in places], batch_first=True), labels[places]

    loader = DataLoader(range(len(labels)), batch_size=batch, shuffle=True, collate_fn=collate)  # type: ignore[arg-type]
    return lambda: epoch(model, loader, optimiser)


def to_accuracy(folder: Path) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Whole processes to at least 98.4 % of the test set, each with a fixed schedule of its own."""
    reached: dict[str, float] = {}
    convcalc = str(Path(sys.executable).with_name("convcalc"))
    data = ["--data", "mnist", "--data-dir", str(folder.parent), "--device", "cpu", "--threads", "2"]

    def one() -> None:
        with tempfile.TemporaryDirectory() as runs:
            words = [convcalc, "train", "lenet", *data, "--epochs", "4", "--runs", runs, "--json"]
            ran = subprocess.run(words, check=True, capture_output=True, text=True)
            reached["convcalc"] = min(reached.get("convcalc", 1.0), json.loads(ran.stdout)["test_accuracy"])
            assert reached["convcalc"] >= SLIDES, reached

    def other() -> None:
        words = [sys.executable, str(Path(__file__).with_name("slides_way.py")), str(folder), "--epochs", "12"]
        ran = subprocess.run(words, check=True, capture_output=True, text=True)
        reached["slides"] = min(reached.get("slides", 1.0), float(ran.stdout.split()[-1]))
        assert reached["slides"] >= SLIDES, reached

    times: dict[str, list[float]] = {"convcalc": [], "slides": []}
    for _ in range(3):
        for name, run in (("convcalc", one), ("slides", other)):
            begun = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begun)
    return times, reached


def main() -> None:
    keep()  # as `convcalc train` does; all that is timed has it
    torch.set_num_threads(2)
    mnist = loaded("mnist")
    folder = place_of(sources()["mnist"], None)
    assert folder is not None
    fashion, reviews = loaded("fashion-mnist"), loaded("ntc-scv")
    cifar = loaded("cifar10", (3, 32, 32))
    coloured = nn.Sequential(nn.Flatten(), nn.Linear(3072, 256), nn.ReLU(), nn.Linear(256, 10))
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    timed = in_turn(
        {
            "lenet": ours("lenet", mnist, 256), "lenet by hand": hand_written(mnist, 256), "lenet slides": slides(Pictures(mnist.train), LeNet(), 256),
            "mlp": ours("mlp-fashion", fashion, 1024), "mlp slides": slides(Pictures(fashion.train, (0.5,), (0.5,)), mlp, 1024),
            "mlp-cifar": ours("mlp-cifar", cifar, 1024), "mlp-cifar bf16": ours("mlp-cifar", cifar, 1024, "bf16"), "products": products(len(cifar.train), 1024),
            "mlp-cifar slides": slides(Pictures(cifar.train, (0.5,) * 3, (0.5,) * 3), coloured, 1024),
        },
        TIMES,
    )  # fmt: skip
    timed |= in_turn({"text": ours("textcnn", reviews, 50), "text padded": padded(reviews, 50)}, 3)
    whole, reached = to_accuracy(folder)
    rows = [
        ["LeNet, an epoch of MNIST", f"{median(timed['lenet']):.2f} s", "the slides' way", f"{median(timed['lenet slides']):.2f} s", f"{ratio(timed['lenet slides'], timed['lenet']):.1f}"],
        ["LeNet, an epoch of MNIST", f"{median(timed['lenet']):.2f} s", "by hand, all in memory", f"{median(timed['lenet by hand']):.2f} s", f"{ratio(timed['lenet by hand'], timed['lenet']):.2f}"],
        ["MLP 784-256-10, an epoch of Fashion-MNIST", f"{median(timed['mlp']):.2f} s", "the slides' way", f"{median(timed['mlp slides']):.2f} s", f"{ratio(timed['mlp slides'], timed['mlp']):.1f}"],
        ["MLP 3072-256-10, an epoch of CIFAR-10", f"{median(timed['mlp-cifar']):.2f} s", "the slides' way", f"{median(timed['mlp-cifar slides']):.2f} s", f"{ratio(timed['mlp-cifar slides'], timed['mlp-cifar']):.1f}"],
        ["the same, `--precision bf16`", f"{median(timed['mlp-cifar bf16']):.2f} s", "the slides' way", f"{median(timed['mlp-cifar slides']):.2f} s", f"{ratio(timed['mlp-cifar slides'], timed['mlp-cifar bf16']):.1f}"],
        ["(not convcalc) only its two large products, fp32", f"{median(timed['products']):.2f} s", "the slides' way", f"{median(timed['mlp-cifar slides']):.2f} s", f"{ratio(timed['mlp-cifar slides'], timed['products']):.1f}"],
        ["TextCNN, an epoch of NTC-SCV", f"{median(timed['text']):.1f} s", "padded batches as they come", f"{median(timed['text padded']):.1f} s", f"{ratio(timed['text padded'], timed['text']):.1f}"],
        [f"LeNet, process start to {reached['convcalc'] * 100:.2f} % (4 epochs)", f"{median(whole['convcalc']):.1f} s", f"the slides' way, {reached['slides'] * 100:.2f} % (12 epochs)", f"{median(whole['slides']):.1f} s", f"{ratio(whole['slides'], whole['convcalc']):.1f}"],
    ]  # fmt: skip
    report(
        "train", "Training on the CPU, 2 threads", "python benchmarks/train.py", machine("torch", "numpy"),
        ["what", "convcalc", "beside", "takes", "times"], rows, {"seconds": timed, "whole": whole, "reached": reached},
    )  # fmt: skip


if __name__ == "__main__":
    no_words(__doc__)
    main()
