"""torch's own count of multiply-adds, with the fused kernels off that it does not look into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.utils.flop_counter import FlopCounterMode


@contextmanager
def counting(plainly: bool = True) -> Iterator[FlopCounterMode]:
    """A `FlopCounterMode`; `plainly` has recurrent and attention layers go through the matrix products that it counts."""
    if not plainly:
        with FlopCounterMode(display=False) as counter:
            yield counter
        return
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter:
            yield counter
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
