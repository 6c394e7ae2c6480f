"""The memory of a training process: what is free, what to say when it is not enough, and keeping what the process has."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import suppress
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
    """Bytes of memory that a training on the device could have: the least of what the machine has and what is allowed."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return max(0, min([_of_machine(), *_of_groups(), *_of_process()]))


def _of_machine() -> int:
    """What the system has or could free."""
    import psutil

    return int(psutil.virtual_memory().available)


def _of_groups(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> Iterator[int]:
    """What is left of the limits of containers and of jobs of a cluster (control groups, both versions): whoever goes over one is killed."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        _, names, path = line.split(":", 2)
        if names == "":
            place, limit, used, cached = root, "memory.max", "memory.current", "inactive_file"
        elif "memory" in names.split(","):
            place, limit, used, cached = (
                root / "memory",
                "memory.limit_in_bytes",
                "memory.usage_in_bytes",
                "total_inactive_file",
            )
        else:
            continue
        inner = place / path.strip("/")
        for group in [inner, *(one for one in inner.parents if one.is_relative_to(place))]:
            with suppress(OSError, ValueError):  # no such file, or no limit: "max"
                most, now = (int((group / name).read_text(encoding="ascii")) for name in (limit, used))
                said = dict(
                    one.split(maxsplit=1) for one in (group / "memory.stat").read_text(encoding="ascii").splitlines()
                )
                yield most - now + int(said.get(cached, 0))


def _of_process() -> Iterator[int]:
    """What is left of the addresses that a process may have (ulimit -v)."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    import psutil

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        yield most - int(psutil.Process().memory_info().vms)


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
