"""The memory that a GPU's libraries take for themselves, which hangs on the GPU and on how they choose to work a layer out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import torch
from torch import Tensor, nn

from convcalc.memory import Footprint, Step, Workspace
from convcalc.shape import Shape, whole


class Meter(Protocol):
    """Bytes that lie on a device now, and the most since `reset`."""

    def now(self) -> int: ...

    def most(self) -> int: ...

    def reset(self) -> None: ...


class Cuda:
    """What torch has taken of a GPU; `lying` of it was there before, from other work of this process."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.lying = self.now()

    def now(self) -> int:
        return int(torch.cuda.memory_allocated(self.device))

    def most(self) -> int:
        return int(torch.cuda.max_memory_allocated(self.device))

    def reset(self) -> None:
        torch.cuda.reset_peak_memory_stats(self.device)


def measure(
    found: Footprint,
    batch: int,
    device: torch.device,
    cast: Callable[[], AbstractContextManager[None]],
    half: bool,
    channels_last: bool,
    meter: Meter,
) -> None:
    """Add to the footprint what cuBLAS and cuDNN take on this device: every kind of layer that learns runs once, forward and back.

    What is still there after a layer has run is a tensor or is kept for good; what was there only meanwhile is a workspace. The layers are those
    of the spec: where the trainer runs one in place of several (rewrites.py), its workspace may be another.
    """

    def run(step: Step, samples: int, goes_on: bool) -> Workspace:
        assert step.layer is not None
        layer, shape = step.layer, step.shape
        with torch.device("meta"):
            module = layer.module(shape)
        module = module.to_empty(device=device)
        x = torch.empty((samples, *map(whole, shape)), device=device)
        if half and goes_on:
            x = x.bfloat16()
        if channels_last and x.ndim == 4:
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            x = x.contiguous(memory_format=torch.channels_last)
        # copies in bfloat16 are let go after the backward pass, and are counted where they are made
        copies = samples * step.own + (step.cast if goes_on else 0)
        return _taken(module, x.requires_grad_(goes_on), cast, meter, copies)

    learn = [
        step
        for step in found.steps
        if step.layer is not None and whole(step.layer.params(step.shape)) and not step.layer.takes_indices
    ]
    # torch's thread for gradients must have met the device before cuBLAS is asked for there
    (torch.ones(1, device=device, requires_grad=True) * 2).backward()  # type: ignore[no-untyped-call]
    before = meter.now()
    for step in learn[-1:]:
        run(step, 2, True)  # the libraries set themselves up; two samples, so that batch normalisation has a variance
    seen: dict[tuple[str, Shape, bool], Workspace] = {}
    for step in learn:
        kind = str(step.layer), step.shape, step.goes_on
        if kind not in seen:
            seen[kind] = run(step, batch, step.goes_on)
        step.workspace = seen[kind]
    found.held = meter.now() - before


def _taken(
    module: nn.Module, x: Tensor, cast: Callable[[], AbstractContextManager[None]], meter: Meter, copies: int
) -> Workspace:
    meter.reset()
    with cast():
        y = module(x)
        forward = meter.most() - meter.now()
    gradient = torch.empty_like(y)
    meter.reset()
    y.backward(gradient)
    return Workspace(forward, max(0, meter.most() - meter.now() - copies))
