"""The memory of a training process: what is free, what to say when it is not enough, and keeping what the process has."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import torch

from convcalc.errors import ConvcalcError, MissingError
from convcalc.memory import Footprint
from convcalc.words import decimal

# The numbers of mallopt's settings in malloc.h of the GNU C library.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_PAD = 64 * 2**20


def keep() -> None:
    """Let the process keep the memory that it frees, where the C library can.

    Activations are freed and taken again every step. The GNU C library gives blocks of over 32 MiB back to the system each time and gets
    new, empty pages, which can cost more than what is worked out in them. Other systems are left as they are.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for setting, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, -1), (_TOP_PAD, _PAD)):
        mallopt(setting, value)


def available(device: torch.device) -> int:
    """Bytes of memory that a training on the device could have."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:  # what Linux could free is there too
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return int(os.sysconf("SC_PHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))


def too_large(found: Footprint, batch: int, moments: int, free: int) -> ConvcalcError:
    """What to say where a batch does not fit: what it takes, and how many samples would fit into the bytes that are free."""
    each = found.peak(batch, moments) - found.peak(batch - 1, moments)
    fits = min(batch // 2, found.largest_batch(int(0.8 * free), moments))
    sample = f"{each / 2**20:.2f}"
    return MissingError(
        "out_of_memory", batch=batch, needs=f"{found.peak(batch, moments) / 2**20:.0f}", each=sample, each_vi=decimal(sample, "vi"), fits=max(1, fits)
    )  # fmt: skip
