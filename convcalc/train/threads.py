"""Threads of the CPU: how many a network is worth, and what they do while they wait for each other. Imports no torch, which reads the latter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# So many multiply-adds of a batch, going forward, are worth a thread. Below, a second one gains little (LeNet 0.72 s an epoch in place of
# 0.78 s) and loses much as soon as another program runs (6.8 s); benchmarks/threads.py.
WORTH = 30_000_000
# How often a thread of GNU OpenMP looks whether the others are done before it gives its core away. Its usual 300,000 take the core from
# the very thread that is waited for as soon as another program runs: on two cores with one, an epoch of the MLP on CIFAR-10 took 4.3 s
# and takes 1.1 s; alone, 0.56 s and 0.59 s.
LOOKS = "1000"


def give_way() -> None:
    """Let waiting threads leave their cores to others soon; before torch is imported. What the user has set stays."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", LOOKS)


def worth(macs: int, usual: int) -> int:
    """Threads for a batch of so many multiply-adds, no more than are usual; the same on every machine that has as many."""
    return max(1, min(usual, macs // WORTH))


@contextmanager
def threads() -> Iterator[None]:
    """A training sets the number of torch's threads; afterwards it is what it was."""
    import torch

    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
