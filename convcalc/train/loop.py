"""The training loop, top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from convcalc.errors import ConvcalcError
from convcalc.train.feed import Chosen, Feed, generator
from convcalc.train.graphs import Ahead, Recorded
from convcalc.train.measure import Measured, measured
from convcalc.train.optimiser import learning_rate, optimiser_of, set_rate
from convcalc.train.parallel import World
from convcalc.train.recipes import Setup
from convcalc.train.run import VERSION, Run
from convcalc.train.sameness import differences, made_on
from convcalc.words import decimal

# So many of the surest mistakes in the test set are kept.
WORST = 18


@dataclass
class Training:
    """Everything that a training needs; `module` holds the parameters, `network` is what runs (rewritten, perhaps)."""

    module: nn.Module
    network: nn.Module
    setup: Setup
    seed: int
    device: torch.device
    train: Feed
    validation: Feed | None
    classes: int
    run: Run
    world: World
    precision: str  # fp32 or bf16, of the products
    signature: dict[str, Any]  # what must be the same for a checkpoint to be taken up: recipe, data, setup
    told: Callable[[str, dict[str, Any]], None] = lambda event, values: None
    stop: Callable[[], bool] = lambda: False  # asked for after each step: an interrupt
    target: float | None = None
    masks: bool = False
    compiled: bool = False  # by torch.compile, on a GPU with CUDA graphs
    recorded: bool = False  # whether a step is recorded as a CUDA graph and played back (graphs.py)
    begun: float = field(default_factory=time.perf_counter)  # when this process began, on its own clock
    before: float = 0.0  # seconds that processes before a break took
    timing: list[tuple[int, float]] = field(
        default_factory=list
    )  # samples and seconds of each epoch, or part of one before a break; no part of what a run is
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def made_on(self) -> dict[str, Any]:
        """What the bits hang on, beside the settings."""
        found = made_on(self.device, self.precision, self.compiled, self.world.size)
        return found | {"evaluation_batch": self.train.at_once}

    @property
    def seconds(self) -> float:
        """What this process and those before it have taken."""
        return self.before + time.perf_counter() - self.begun

    @property
    def held(self) -> int:
        """Bytes of data that lie on the device."""
        feeds = [self.train] if self.validation is None else [self.train, self.validation]
        return sum(one.x.nbytes + one.y.nbytes for one in feeds if not one.mapped)


def train(t: Training) -> str:
    """Train to the end of the schedule; returns "done", "target" (reached early) or "interrupted" (and kept).

    The order of the samples, the augmentation and the dropout of an epoch depend on (seed, epoch) only, so going on from a
    checkpoint gives the same bits as never having stopped, on the same device and with as many threads and processes.
    """
    setup, device = t.setup, t.device
    optimiser = optimiser_of(t.module, setup, device, t.recorded)
    network = t.world.wrapped(_compiled(t), device)
    per_epoch = t.train.steps(setup.batch)
    total = setup.epochs * per_epoch
    sums = torch.zeros(3, dtype=torch.float64, device=device)  # loss, right, samples
    epoch, step, state = 0, 0, t.world.told(t.run.load() if t.world.first else None)
    for path in t.run.damaged:
        t.told("damaged", {"name": path.name})
    if state is not None:
        epoch, step = _restored(t, state, optimiser, sums)
        t.told("resumed", {"epoch": epoch, "step": step, "of": setup.epochs})
        if step == 0 and t.history and reached(t):
            return "target"
    cast = cast_of(t.precision, t.device)
    random = any(
        isinstance(part, nn.Dropout | nn.Dropout1d | nn.Dropout2d | nn.AlphaDropout) for part in t.module.modules()
    )

    def learn(chosen: Chosen) -> None:
        """What a step works out, all of it on the device, where nothing waits for a value."""
        batch = t.train.prepared(chosen, setup.augment)
        optimiser.zero_grad(set_to_none=True)
        with cast():
            scores = network(batch.x)
            loss = F.cross_entropy(scores.float(), batch.y, label_smoothing=setup.smoothing)
        # DDP takes the mean over processes, whose shares may differ by one sample
        (loss * (chosen.own * t.world.size / chosen.count)).backward()  # type: ignore[no-untyped-call]
        if setup.clip:
            nn.utils.clip_grad_norm_(t.module.parameters(), setup.clip)
        optimiser.step()
        with torch.no_grad():
            right = (scores.argmax(1) == batch.y).sum() / (batch.y[0].numel())
            if chosen.own:
                own = loss.new_full((), chosen.own, dtype=torch.float64)
                sums.add_(torch.stack([loss.detach().double() * own, right.double(), own]))

    take = Recorded(learn, setup.batch, t.told) if t.recorded else learn
    ahead = Ahead(device)
    while epoch < setup.epochs:
        begun, first = time.perf_counter(), step
        _training(t)
        for chosen in t.train.epoch(epoch, setup.batch, setup.augment, first):
            set_rate(optimiser, learning_rate(setup, epoch * per_epoch + step, total))
            if random:  # every step and process has numbers of its own, and going on needs no state of a generator
                seed_dropout(generator(t.seed, epoch, step, t.world.rank).initial_seed(), device)
            take(chosen)
            ahead.step()
            step += 1
            t.told(
                "step",
                {
                    "epoch": epoch,
                    "step": step,
                    "of": per_epoch,
                    "epochs": setup.epochs,
                    "samples": chosen.count,
                    "sums": sums,
                },
            )
            if t.world.any(t.stop()) and step < per_epoch:
                ahead.done()
                t.timing.append(((step - first) * setup.batch, time.perf_counter() - begun))
                _save(t, optimiser, epoch, step, sums)
                return "interrupted"
        ahead.done()
        whole = t.world.summed(sums.clone())
        seconds = time.perf_counter() - begun
        finite(t, float(whole[0]), epoch)
        line = {
            "epoch": epoch + 1, "train_loss": float(whole[0] / whole[2]), "train_accuracy": float(whole[1] / whole[2]),
            "lr": learning_rate(setup, epoch * per_epoch + step - 1, total),
        }  # fmt: skip
        if t.validation is not None:
            t.world.alike(t.module)
            found = measured(t.network, t.validation, t.classes, t.world, cast)
            finite(t, found.loss, epoch)
            line |= {"validation_loss": found.loss, "validation_accuracy": found.accuracy}
            if t.masks:
                line["validation_iou"] = found.mean_iou
        t.told("epoch", line | {"seconds": seconds, "of": setup.epochs})
        t.history.append(line)
        t.timing.append((len(t.train) - first * setup.batch, seconds))
        epoch, step = epoch + 1, 0
        sums.zero_()
        _save(t, optimiser, epoch, step, sums)
        if reached(t):
            return "target"
        if t.world.any(t.stop()) and epoch < setup.epochs:
            return "interrupted"
    return "done"


def seed_dropout(seed: int, device: torch.device) -> None:
    """What `torch.manual_seed` does, for the training's device alone: for all kinds of devices it takes longer than a small step's kernels."""
    if device.type == "cuda":
        torch.cuda.default_generators[torch.cuda.current_device()].manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


def reached(t: Training) -> bool:
    """Whether validation has come to the target that was asked for."""
    value = t.history[-1].get("validation_iou" if t.masks else "validation_accuracy", 0.0)
    return t.target is not None and bool(value >= t.target)


def _compiled(t: Training) -> nn.Module:
    if not t.compiled:
        return t.network
    made: nn.Module = torch.compile(t.network, mode="reduce-overhead" if t.device.type == "cuda" else "default")  # type: ignore[assignment]
    return made


def _training(t: Training) -> None:
    """Everything learns but what is frozen, running statistics included."""
    t.network.train()
    for part in t.module.modules():
        own = list(part.parameters(recurse=False))
        if own and not any(p.requires_grad for p in own):
            part.eval()


def tested(t: Training, test: Feed) -> Measured:
    """What the network reaches on the test set; looked at once, at the end."""
    t.world.alike(t.module)
    return measured(t.network, test, t.classes, t.world, cast_of(t.precision, t.device), WORST)


def precision_of(asked: str, device: torch.device) -> str:
    """What auto means: bf16 on a GPU that has it, fp32 elsewhere."""
    if asked != "auto":
        return asked
    return "bf16" if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"


def cast_of(precision: str, device: torch.device) -> Callable[[], AbstractContextManager[None]]:
    """For bf16: products in bfloat16, sums, weights and what follows from them in single precision."""
    return (lambda: torch.autocast(device.type, torch.bfloat16)) if precision == "bf16" else nullcontext


def finite(t: Training, loss: float, epoch: int) -> None:
    """Raise `ConvcalcError` where a loss of that epoch (from 0) is no number any more."""
    if not math.isfinite(loss):
        lr = f"{t.setup.lr:g}"
        raise ConvcalcError("loss_not_finite", epoch=epoch + 1, lr=lr, lr_vi=decimal(lr, "vi"))


def _save(t: Training, optimiser: optim.Optimizer, epoch: int, step: int, sums: Tensor) -> None:
    whole = t.world.summed(sums.clone())
    finite(t, float(whole[0]), epoch)
    if t.world.first:
        state = {
            "version": VERSION, "model": t.module.state_dict(), "optimiser": optimiser.state_dict(), "epoch": epoch, "step": step,
            "sums": whole.cpu(), "history": t.history, "signature": t.signature, "made_on": t.made_on,
            "timing": t.timing, "seconds": t.seconds,
        }  # fmt: skip
        t.run.save(state)
        t.run.write_metrics(t.history)
    t.world.wait()


def _restored(t: Training, state: dict[str, Any], optimiser: optim.Optimizer, sums: Tensor) -> tuple[int, int]:
    if state["signature"] != t.signature:
        raise ConvcalcError("run_other", name=str(t.run.folder), **differences(state["signature"], t.signature))
    t.module.load_state_dict(state["model"])
    # how the rate and the state lie in memory is this device's matter, not that of the checkpoint's
    here: list[dict[str, Any]] = [
        {key: group[key] for key in ("lr", "capturable") if key in group} for group in optimiser.param_groups
    ]
    optimiser.load_state_dict(state["optimiser"])
    for group, own in zip(optimiser.param_groups, here, strict=True):
        group.update(own)
    for (
        learned,
        kept,
    ) in optimiser.state.items():  # fused optimisers go through memory as it lies, for all tensors alike
        for key, value in kept.items():
            if isinstance(value, Tensor) and value.shape == learned.shape:
                kept[key] = torch.empty_like(learned).copy_(value)
    t.history[:] = state["history"]
    if t.world.first:
        sums.copy_(state["sums"])
    t.timing[:] = [(int(n), float(s)) for n, s in state["timing"]]
    t.before = float(state.get("seconds", 0.0))
    if t.world.first:
        t.run.write_metrics(t.history)  # a kill may have come between the checkpoint and its line
    if state["made_on"] != t.made_on:
        t.told("elsewhere", {"then": state["made_on"], "now": t.made_on})
    return int(state["epoch"]), int(state["step"])
