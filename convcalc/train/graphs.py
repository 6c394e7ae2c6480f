"""Steps that a GPU plays back: a small network's time goes into starting kernels one by one, not into running them."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from convcalc.train.feed import Chosen

# Steps that are taken one kernel at a time before one is recorded: libraries make what they hold, the optimiser its state.
WARM = 3


@contextmanager
def own_stream(device: torch.device) -> Iterator[None]:
    """One CUDA stream for all of a training: the usual one cannot be recorded, and cuBLAS has a workspace for each stream it is used on."""
    if device.type != "cuda":
        yield
        return
    before = torch.cuda.current_stream(device)
    stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    stream.wait_stream(before)
    with torch.cuda.stream(stream):
        yield
    before.wait_stream(stream)


def recordable(device: torch.device, processes: int, even: bool, needs: int, free: int) -> bool:
    """Whether a training's steps are recorded: on a GPU, in one process, with batches of one shape.

    What a recorded step takes stays taken, and smaller batches and validation come beside it; so a step must fit twice.
    """
    return device.type == "cuda" and processes == 1 and even and 2 * needs <= free


def cuda_graph(work: Callable[[], None]) -> Callable[[], None]:
    """Record what `work` starts on the current stream, without running it; the answer plays it back. See `torch.cuda.graph`."""
    graph = torch.cuda.CUDAGraph()
    # a recording that is let go while another is made would end that one
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        with torch.cuda.graph(graph, stream=torch.cuda.current_stream(), capture_error_mode="thread_local"):
            work()
    except RuntimeError:
        # torch keeps what such a recording has taken from the GPU, and what it has cached, until the process ends.
        # Up to torch 2.12 the state of the random numbers goes on as if it were being recorded; a copy does not
        generator = torch.cuda.default_generators[torch.cuda.current_device()]
        generator.graphsafe_set_state(generator.clone_state())
        raise
    finally:
        if collects:
            gc.enable()
    return graph.replay


class Ahead:
    """The steps that a GPU has been given and has not done yet: a few, so that it never waits for the next one.

    With more, an interrupt would be heeded and a bar would move only when all of them are done, which for a large network can be minutes;
    starting a step that is recorded takes next to no time. `made` makes the events by which a step is known to be done.
    """

    MOST = 8

    def __init__(self, device: torch.device, made: Callable[[], Any] | None = None) -> None:
        self.device = device
        self.made = made or (lambda: torch.cuda.Event(blocking=True))  # type: ignore[no-untyped-call]
        self.given: deque[Any] = deque()

    def step(self) -> None:
        """A step has been given; wait for the one that was given `MOST` before it."""
        if self.device.type != "cuda":
            return
        event = self.made()
        event.record()
        self.given.append(event)
        if len(self.given) > self.MOST:
            self.given.popleft().synchronize()

    def done(self) -> None:
        """Wait for all of them: what is timed has been done, not only asked for."""
        while self.given:
            self.given.popleft().synchronize()


class Recorded:
    """A step on batches of `size` samples, whose tensors have the same shapes each time, recorded once and played back.

    The first batches are taken as usual. Then one step is recorded on tensors of its own, to which the numbers of each batch are copied.
    Smaller batches are always taken as usual. If a step cannot be recorded, that is told with the reason, and all are taken as usual.
    """

    def __init__(
        self,
        step: Callable[[Chosen], None],
        size: int,
        told: Callable[[str, dict[str, Any]], None],
        record: Callable[[Callable[[], None]], Callable[[], None]] = cuda_graph,
    ) -> None:
        self.step, self.size, self.told, self.record = step, size, told, record
        self.taken = 0
        self.given: Chosen | None = None
        self.play: Callable[[], None] | None = None

    def __call__(self, chosen: Chosen) -> None:
        if chosen.own != self.size:
            self.step(chosen)
            return
        if self.taken == WARM:
            self._record(chosen)
        self.taken += 1
        if self.play is None or self.given is None:
            self.step(chosen)
            return
        self.given.places.copy_(chosen.places)
        if self.given.draws is not None and chosen.draws is not None:
            self.given.draws.copy_(chosen.draws)
        self.play()

    def _record(self, chosen: Chosen) -> None:
        draws = None if chosen.draws is None else chosen.draws.clone()
        given = replace(chosen, places=chosen.places.clone(), draws=draws)
        try:
            self.play = self.record(lambda: self.step(given))
        except RuntimeError as error:  # out of memory among them, which steps by themselves may not be
            self.told("not_recorded", {"reason": str(_root(error)).splitlines()[0][:200]})
            return
        self.given = given


def _root(error: BaseException) -> BaseException:
    """What was raised first: the end of a recording that has failed fails too, and says less."""
    return error if error.__context__ is None else _root(error.__context__)
