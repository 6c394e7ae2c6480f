"""The memory of a training: what a batch takes, what is free, and keeping what the process has."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING

import torch

from convcalc.errors import ConvcalcError, MissingError
from convcalc.shape import Shape, product, whole

if TYPE_CHECKING:
    from convcalc.tracing import Trace

# The numbers of mallopt's settings in malloc.h of the GNU C library.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_PAD = 64 * 2**20


def keep() -> None:
    """Let the process keep the memory that it frees, where the C library can.

    Activations are freed and taken again every step. The GNU C library gives blocks of over 32 MiB back to the system each time and gets
    new, empty pages, which cost more than what is worked out in them: steps with large batches are up to one and a half times faster
    when it does not. Other systems are left as they are.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for setting, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, -1), (_TOP_PAD, _PAD)):
        mallopt(setting, value)


def needed(traced: Trace, shape: Shape, batch: int) -> int:
    """An estimate of the bytes of a training step: every activation and its gradient, parameters, gradients and two moments."""
    values = sum(whole(product(row.output)) for row in traced)
    return 4 * (batch * (2 * values + whole(product(shape))) + 4 * whole(traced.params))


def available() -> int:
    """Bytes of memory that are free for a training, on the GPU where there is one."""
    if torch.cuda.is_available():
        return int(torch.cuda.mem_get_info()[0])
    return int(os.sysconf("SC_AVPHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))


def too_large(traced: Trace, shape: Shape, batch: int) -> ConvcalcError:
    """What to say where a batch does not fit: what it takes, and how many samples would fit."""
    fixed = needed(traced, shape, 0)
    each = needed(traced, shape, 1) - fixed
    fits = max(1, min(batch // 2, int((0.8 * available() - fixed) // each)))
    return MissingError(
        "out_of_memory", batch=batch, needs=f"{needed(traced, shape, batch) / 2**20:.0f}", each=f"{each / 2**20:.2f}", fits=fits
    )  # fmt: skip
