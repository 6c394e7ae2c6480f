"""The memory of a training step against what torch keeps and takes."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.profiler import ProfilerActivity, profile

import convcalc as cc
from convcalc.layers import LAYERS
from convcalc.memory import footprint
from convcalc.train.loop import cast_of
from convcalc.train.rewrites import WIDEST, rewritten, wide
from convcalc.train.workspace import measure

CASES = [
    ("lenet", (1, 28, 28)),
    ("lenet5", (1, 32, 32)),
    ("cnn-digits", (1, 20, 20)),
    ("cnn-cifar10", (3, 32, 32)),
    ("down-max", (1, 28, 28)),
    ("down-interpolation", (1, 28, 28)),
    ("mlp-cifar10-3", (3, 32, 32)),
    ("textcnn", (60,)),
    ("fcn-small", (3, 64, 64)),
    ("alexnet", (3, 96, 96)),
    ("vgg11-bn", (3, 64, 64)),
    ("resnet18-small", (3, 32, 32)),
    ("resnet50", (3, 64, 64)),
    ("densenet121", (3, 64, 64)),
    ("conv 8@3x3 p1 > bn > gelu > residual(conv 8@3x3 p1 > bn | identity) > relu > maxpool 2 > gap > flatten > linear 10", (3, 32, 32)),
    ("graph(a: conv 8@3x3 p1; b: sigmoid < a; c: tanh < a; mul < b, c) > avgpool 2 > dropout > flatten > linear 10", (3, 16, 16)),
]  # fmt: skip
BATCH = 8


def network(spec: str, shape: tuple[int, ...], batch: int, channels_last: bool) -> tuple[nn.Module, Tensor]:
    module = cc.parse(spec).module(shape)
    if channels_last:
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module, torch.randint(0, 100, (batch, *shape)) if spec == "textcnn" else torch.randn(batch, *shape)


@pytest.mark.parametrize(("spec", "shape"), CASES, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("channels_last", [False, True])
def test_what_is_kept_for_the_backward_pass(spec: str, shape: tuple[int, ...], channels_last: bool) -> None:
    """Every tensor that autograd saves, counted once by its memory, parameters apart."""
    module, x = network(spec, shape, BATCH, channels_last)
    learned = {p.untyped_storage().data_ptr() for p in [*module.parameters(), *module.buffers()]}
    saved: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        saved[tensor.untyped_storage().data_ptr()] = tensor  # held, so that no other comes to lie in its place
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        module(x)
    kept = sum(t.untyped_storage().nbytes() for place, t in saved.items() if place not in learned)
    assert footprint(cc.parse(spec), shape, channels_last=channels_last).kept * BATCH == pytest.approx(kept, rel=0.01)


@pytest.mark.parametrize("name", sorted(LAYERS))
@pytest.mark.filterwarnings("ignore:Using padding='same'")  # with an even kernel torch copies, as is counted here
def test_what_every_layer_keeps(name: str) -> None:
    """Alone, on a batch so large that statistics of a whole batch or a channel count for little."""
    batch = 64
    for spec, text in LAYERS[name].examples:
        layer, shape = cc.parse(spec), tuple(map(int, text.split(",")))
        module = layer.module(shape)
        x = torch.zeros(batch, *shape, dtype=torch.int64) if layer.takes_indices else torch.randn(batch, *shape)
        x.requires_grad_(not layer.takes_indices)
        learned = {p.untyped_storage().data_ptr() for p in [*module.parameters(), *module.buffers()]}
        saved = {x.untyped_storage().data_ptr(): x}  # the loop holds the input

        def pack(tensor: Tensor, saved: dict[int, Tensor] = saved) -> Tensor:
            saved[tensor.untyped_storage().data_ptr()] = tensor
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            module(x)
        kept = sum(t.untyped_storage().nbytes() for place, t in saved.items() if place not in learned)
        found = footprint(layer, shape).kept * batch
        statistics = 4 * 4 * batch * shape[0] * (shape[-2] if name == "ln" and len(shape) > 1 else 1)
        assert found == pytest.approx(kept, abs=statistics if name in ("bn", "ln", "gn", "in") else 0), spec


def most(work: Callable[[], None]) -> int:
    """Bytes that torch takes while it works, beside what was there, at their most."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        work()
    events = profiled.profiler.kineto_results.events()  # type: ignore[union-attr]
    live = peak = 0
    for _, size in sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]"):
        live += size
        peak = max(peak, live)
    return peak


@pytest.mark.parametrize(("spec", "batch"), [("cnn-digits", 64), ("fcn-small", 8), ("alexnet", 2), ("resnet18-small", 16), ("down-interpolation", 64), ("mlp-cifar10-3", 256)])  # fmt: skip
@pytest.mark.parametrize("half", [False, True])
def test_the_peak_of_a_step(spec: str, batch: int, half: bool) -> None:
    shape = dict(CASES)[spec]
    last = wide(cc.trace(spec, shape))  # as the trainer has it
    module, x = network(spec, shape, batch, last)

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            scores = module(x)
        y = torch.zeros(batch, *scores.shape[2:], dtype=torch.long)
        F.cross_entropy(scores.float(), y).backward()  # type: ignore[no-untyped-call]

    step()  # libraries set themselves up
    module.zero_grad(set_to_none=True)
    peak = most(step) + 4 * (batch * math.prod(shape) + sum(p.numel() for p in module.parameters()))
    found = footprint(cc.parse(spec), shape, half, last)
    # libraries take copies in layouts of their own for a moment
    assert found.peak(batch, moments=0) == pytest.approx(peak, rel=0.1)


def test_very_wide_layers_take_no_copies_of_their_weights() -> None:
    """As the trainer runs them; what narrower ones take, a few MiB, is not counted."""
    spec, shape, batch = "linear 2048 > relu > linear 2100 > relu > linear 10", (64,), 64
    module, x = network(spec, shape, batch, False)
    assert max(p.numel() for p in module.parameters()) > WIDEST
    trained = rewritten(module)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)  # one thread takes another way

    def step() -> None:
        F.cross_entropy(trained(x), torch.zeros(batch, dtype=torch.long)).backward()  # type: ignore[no-untyped-call]

    try:
        step()
        module.zero_grad(set_to_none=True)
        peak = most(step)
    finally:
        torch.set_num_threads(threads)
    peak += 4 * (batch * math.prod(shape) + sum(p.numel() for p in module.parameters()))
    assert footprint(cc.parse(spec), shape).peak(batch, moments=0) == pytest.approx(peak, rel=0.1)


@pytest.mark.parametrize(("spec", "batch"), [("cnn-digits", 640), ("fcn-small", 16), ("alexnet", 4), ("down-max", 256), ("cnn-cifar10", 64), ("mlp-cifar10-3", 256), ("densenet121", 16)])  # fmt: skip
@pytest.mark.parametrize("half", [False, True])
def test_the_peak_of_measuring(spec: str, batch: int, half: bool) -> None:
    """Forward alone, with the gradients of the step before."""
    shape = dict(CASES)[spec]
    last = wide(cc.trace(spec, shape))
    module, x = network(spec, shape, batch, last)
    module.eval()

    def forward() -> None:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            module(x)

    forward()
    peak = most(forward) + 4 * (batch * math.prod(shape) + 2 * sum(p.numel() for p in module.parameters()))
    found = footprint(cc.parse(spec), shape, half, last)
    assert found.evaluation(batch, moments=0) == pytest.approx(peak, rel=0.1)
    assert found.evaluation(batch, moments=2) - found.evaluation(batch, moments=0) == 8 * found.params


@pytest.mark.parametrize(("spec", "batch"), [("alexnet", 16), ("down-max", 256), ("densenet121", 8)])
@pytest.mark.parametrize("half", [False, True])
def test_the_peak_where_only_the_last_layer_learns(spec: str, batch: int, half: bool) -> None:
    shape = dict(CASES)[spec]
    last = wide(cc.trace(spec, shape))
    module, x = network(spec, shape, batch, last)
    *frozen, weight, bias = module.parameters()
    for parameter in frozen:
        parameter.requires_grad_(False)

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            scores = module(x)
        F.cross_entropy(scores.float(), torch.zeros(batch, dtype=torch.long)).backward()  # type: ignore[no-untyped-call]

    step()
    module.zero_grad(set_to_none=True)
    peak = most(step) + 4 * (batch * math.prod(shape) + sum(p.numel() for p in module.parameters()))
    found = footprint(cc.parse(spec), shape, half, last, only_last=True)
    assert found.learned == weight.numel() + bias.numel()
    assert found.peak(batch, moments=0) == pytest.approx(peak, rel=0.1)
    assert found.peak(batch, moments=2) - found.peak(batch, moments=0) == 8 * found.learned


@pytest.mark.parametrize(("spec", "batch"), [("lenet", 256), ("cnn-cifar10", 64), ("resnet18-small", 32)])
def test_a_frozen_network_goes_forward_as_one_that_is_measured(spec: str, batch: int) -> None:
    """Where what oneDNN takes on the way is more than the maps, so that the peak itself says little."""
    shape = dict(CASES)[spec]
    module, x = network(spec, shape, batch, False)
    *frozen, _, _ = module.parameters()
    for parameter in frozen:
        parameter.requires_grad_(False)
    module.eval()

    def forward() -> None:
        with torch.no_grad():
            module(x)

    def step() -> None:
        F.cross_entropy(module(x), torch.zeros(batch, dtype=torch.long)).backward()  # type: ignore[no-untyped-call]

    forward()
    step()
    alone = most(forward)
    module.zero_grad(set_to_none=True)
    assert most(step) == pytest.approx(alone, rel=0.01)
    found, whole = (footprint(cc.parse(spec), shape, only_last=only) for only in (True, False))
    assert found.peak(batch, moments=0) - 4 * found.params == whole.evaluation(batch, moments=0) - 8 * whole.params


def test_the_largest_batch_that_fits() -> None:
    found = footprint(cc.parse("lenet"), (1, 28, 28))
    for moments in (1, 2):
        room = found.peak(100, moments)
        assert found.largest_batch(room, moments) == 100
        assert found.largest_batch(room - 1, moments) == 99
    assert found.largest_batch(0) == 0
    assert found.peak(8, 2) - found.peak(8, 1) == 4 * found.params == 4 * cc.parse("lenet").params((1, 28, 28))


def test_bfloat16_halves_activations() -> None:
    whole, half = (footprint(cc.parse("resnet18-small"), (3, 32, 32), half=h) for h in (False, True))
    assert half.kept == pytest.approx(whole.kept / 2, rel=0.01)


class Scripted:
    """A device on which every layer takes so many bytes meanwhile, twice as many going back, and keeps some for good when it runs first."""

    def __init__(self, meanwhile: int, kept: int) -> None:
        self.meanwhile, self.kept, self.resets = meanwhile, kept, 0

    def now(self) -> int:
        return 1000 + (self.kept if self.resets else 0)

    def most(self) -> int:
        return self.now() + self.meanwhile * (1 if self.resets % 2 else 2)

    def reset(self) -> None:
        self.resets += 1


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("spec", ["cnn-cifar10", "resnet18-small", "fcn-small", "mlp-cifar10-3"])
def test_what_a_gpus_libraries_take_is_added(spec: str, half: bool) -> None:
    shape = dict(CASES)[spec] if spec != "fcn-small" else (3, 32, 32)
    alone, found = (footprint(cc.parse(spec), shape, half) for _ in range(2))
    device = torch.device("cpu")
    meter = Scripted(meanwhile=10**9, kept=10**6)
    measure(found, 2, device, cast_of("bf16" if half else "fp32", device), half, False, meter)
    learned = [step for step in found.steps if step.weights]
    kinds = {(str(step.layer), step.shape, step.goes_on) for step in learned}
    assert meter.resets == 2 * (1 + len(kinds))  # one to let the libraries set themselves up
    assert found.held == 10**6
    assert {step.workspace.forward for step in learned} == {10**9}
    for (
        step
    ) in learned:  # copies in bfloat16 are let go with what was kept for the backward pass, and are counted already
        assert step.workspace.back == 2 * 10**9 - 2 * step.own - (step.cast if step.goes_on else 0)
    assert not any(step.workspace.forward or step.workspace.back for step in found.steps if not step.weights)
    # so much is taken at one moment only, that of the layer at which most is there
    beside = max(2 * step.own + step.cast for step in learned)
    assert 2 * 10**9 + 10**6 - beside <= found.peak(2) - alone.peak(2) <= 2 * 10**9 + 10**6
    room = found.peak(2)
    assert found.largest_batch(room) == 2
    assert found.largest_batch(room - 1) == 1
