"""The same bits for the same steps on a GPU."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

# A module with a setting that its type knows nothing of.
_settings: Any = torch.utils.deterministic


@contextmanager
def exact(device: torch.device) -> Iterator[None]:
    """Let a GPU add in one order, wherever torch has a way that does (`torch.use_deterministic_algorithms`), and no product in TF32.

    Where it has none, the quickest way is taken, and a training that goes on may differ in the last bits from one that was never broken off.
    Of the recipes that is so for the loss of masks that is shown (its gradients are exact).
    """
    if device.type != "cuda":
        yield
        return
    # with workspaces of any size but this and a smaller one, torch does not count on cuBLAS; it is read once, at the first product
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    tf32 = torch.backends.cudnn.allow_tf32
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    filled = _settings.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.allow_tf32 = False  # fp32 means fp32; what is quick is bf16
    _settings.fill_uninitialized_memory = False  # costs time, and nothing here reads what was not written
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*(does not have a deterministic implementation|it uses CuBLAS).*")
            yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        torch.backends.cudnn.allow_tf32 = tf32
        _settings.fill_uninitialized_memory = filled
