"""Several processes, as torchrun starts them: each has its share of every batch, the first one writes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed, nn

from convcalc.errors import ConvcalcError, MissingError
from convcalc.process import ends_at_once
from convcalc.train.addresses import offer_reachable_address

# So long processes wait for each other: the first may have a data set to download.
PATIENCE = timedelta(hours=1)


@dataclass(frozen=True)
class World:
    """This process and how many there are."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    @property
    def share(self) -> tuple[int, int]:
        return self.rank, self.size

    def summed(self, value: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.size > 1:
            distributed.all_reduce(value)
        return value

    def any(self, flag: bool) -> bool:
        """Whether it is so in any process; asked on the CPU, so that no GPU is waited for."""
        return bool(self.summed(torch.tensor(float(flag)))) if self.size > 1 else flag

    def told(self, value: Any) -> Any:
        """What the first process says, in all of them."""
        if self.size == 1:
            return value
        box = [value]
        distributed.broadcast_object_list(box, src=0)
        return box[0]

    def same(self, value: object) -> bool:
        """Whether all processes have the same."""
        if self.size == 1:
            return True
        found: list[Any] = [None] * self.size
        distributed.all_gather_object(found, value)
        return all(one == found[0] for one in found)

    def gathered(self, values: list[Any]) -> list[Any]:
        """The lists of all processes after each other."""
        if self.size == 1:
            return values
        found: list[Any] = [None] * self.size
        distributed.all_gather_object(found, values)
        return [value for one in found for value in one]

    def alike(self, module: nn.Module) -> None:
        """Give every process the first one's running statistics."""
        if self.size > 1:
            for buffer in module.buffers():
                distributed.broadcast(buffer, 0)

    def wait(self) -> None:
        """Until all processes are here."""
        if self.size > 1:
            distributed.barrier()

    def wrapped(self, module: nn.Module, device: torch.device) -> nn.Module:
        """The module with gradients averaged over the processes."""
        if self.size == 1:
            return module
        ids = [device.index] if device.type == "cuda" else None
        # gradients of kernels with one channel may lie in memory in another order than their weights, which costs a small copy
        warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
        # the gradients are not kept a second time where they are sent from
        return nn.parallel.DistributedDataParallel(module, device_ids=ids, gradient_as_bucket_view=True)


def device_of(name: str) -> torch.device:
    """The device that is meant: auto takes this process's GPU where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return torch.device(name)


def started() -> tuple[int, int]:
    """This process and how many there are, as torchrun says it; raises `ConvcalcError` where that is no such thing."""
    rank, size = (os.environ.get(name, usual) for name, usual in (("RANK", "0"), ("WORLD_SIZE", "1")))
    if not rank.isascii() or not rank.isdigit() or not size.isascii() or not size.isdigit() or int(size) < 1:
        raise ConvcalcError("processes_unclear", rank=rank, size=size)
    if int(size) == 1:
        return 0, 1
    if int(rank) >= int(size) or not {"RANK", "MASTER_ADDR", "MASTER_PORT"} <= set(os.environ):
        raise ConvcalcError("processes_unclear", rank=os.environ.get("RANK", "–"), size=size)
    return int(rank), int(size)


@contextmanager
def world(device: torch.device) -> Iterator[World]:
    """The processes of this training: one, or as many as torchrun has started."""
    _, size = started()
    if size == 1:
        yield World()
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    # torch has nccl on Linux alone; gloo takes what lies on GPUs by way of the CPU
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" and distributed.is_nccl_available() else "gloo"
    offer_reachable_address()
    try:
        with ends_at_once():  # the others may not be there for long, or never
            distributed.init_process_group(backend, timeout=PATIENCE)
    except RuntimeError as error:
        if not _of_network(error):
            raise
        raise MissingError("processes_apart", reason=str(error).splitlines()[0].rstrip(".")) from None
    found = World(distributed.get_rank(), size)
    failed = True
    try:
        yield found
        found.wait()  # a process that leaves while another still talks to it may abort
        failed = False
    except RuntimeError as error:
        if _of_network(error):
            raise MissingError("process_gone") from None
        raise
    finally:
        # it may wait for the others, which never come: what has gone wrong must be said, and torchrun ends them then
        if not failed:
            distributed.destroy_process_group()


def _of_network(error: RuntimeError) -> bool:
    """Whether processes do not reach each other; gloo has no type of its own for that."""
    return isinstance(error, distributed.DistError) or "gloo" in str(error).lower()
