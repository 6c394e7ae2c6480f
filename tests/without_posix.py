"""Runs a command of convcalc for which `os`, `signal` and the standard library have only what they have on Windows, too.

Other packages keep all, since they have their own ways there. What only Windows itself does, such as refusing to remove a file that is
open, is not shown by this.
"""

from __future__ import annotations

import builtins
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

# https://docs.python.org/3/library: "Availability: Unix"
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
SIGNALS = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM"}
GONE = {
    "os": {
        "chown", "fchmod", "fchown", "fdatasync", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups", "getloadavg", "getpgid", "getpriority",
        "getuid", "killpg", "lchown", "lockf", "mkfifo", "mknod", "nice", "openpty", "pathconf", "posix_fadvise", "posix_fallocate", "posix_spawn", "pread",
        "pwrite", "readv", "sched_getaffinity", "sched_setaffinity", "sched_yield", "sendfile", "setpriority", "setsid", "setuid", "statvfs", "fstatvfs",
        "sync", "sysconf", "tcgetpgrp", "uname", "wait", "waitid", "writev", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC",
    },
    "signal": {name for name in vars(signal) if name.startswith("SIG") and name.isalnum()} - SIGNALS,
}  # fmt: skip

real = builtins.__import__
made: dict[str, ModuleType] = {}


def opened(path: Any, *more: Any, **named: Any) -> int:
    if not isinstance(path, int) and os.path.isdir(path):  # noqa: PTH112
        raise PermissionError(13, "Permission denied", path)
    return os.open(path, *more, **named)


def without(module: ModuleType) -> ModuleType:
    name = module.__name__
    if name not in made:
        made[name] = ModuleType(name)
        vars(made[name]).update({key: value for key, value in vars(module).items() if key not in GONE[name]})
        if name == "os":
            vars(made[name]).update(name="nt", open=opened)
    return made[name]


def imported(  # the names are those of `__import__`
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    ours = str((globals or {}).get("__name__", "")).partition(".")[0] == "convcalc"
    if ours and name in MODULES:
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)
    found: ModuleType = real(name, globals, locals, fromlist or (), level)
    return without(found) if ours and name in GONE and level == 0 else found


if __name__ == "__main__":
    builtins.__import__ = imported
    from convcalc.__main__ import main

    sys.argv[0] = "convcalc"
    sys.exit(main())
