"""How much memory is free: of the machine, within the limits of containers and of the process, or on a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import torch


def available(device: torch.device) -> int:
    """Bytes of memory that this process could have on the device: the least of what the machine has and what is allowed."""
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
