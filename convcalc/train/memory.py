"""The memory of a training process: what to say when it is not enough, and keeping what the process has."""

from __future__ import annotations

import ctypes

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


def ran_out(error: RuntimeError) -> bool:
    """Whether it is one of the ways in which torch and its libraries say that memory has run out, on a CPU or a GPU."""
    said = str(error)
    words = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")
    return isinstance(error, torch.OutOfMemoryError) or any(word in said for word in words)


def too_large(found: Footprint, batch: int, moments: int, free: int) -> ConvcalcError:
    """What to say where a batch does not fit: what it takes, and how many samples would fit into the bytes that are free."""
    each = found.peak(batch, moments) - found.peak(batch - 1, moments)
    fits = min(batch // 2, found.largest_batch(int(0.8 * free), moments))
    sample = f"{each / 2**20:.2f}"
    return MissingError(
        "out_of_memory", batch=batch, needs=f"{found.peak(batch, moments) / 2**20:.0f}", each=sample, each_vi=decimal(sample, "vi"), fits=max(1, fits)
    )  # fmt: skip
