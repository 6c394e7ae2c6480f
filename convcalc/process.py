"""What a process gets from the system and gives back: its streams, and Ctrl-C. Imports nothing that takes time."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

INTERRUPTED = 130


def begin() -> None:
    """Before anything else: streams that can be written to, and an interrupt that ends the process whatever it is doing."""
    # a program that is started with a stream closed has None there
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show ⌊ shows ? and goes on
    # Windows gives files and pipes an encoding without most of the letters of Vietnamese
    if os.name == "nt" and "PYTHONIOENCODING" not in os.environ:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure") and not stream.isatty():
                stream.reconfigure(encoding="utf-8", errors="replace")
    if os.environ.get("COLUMNS", "").strip() in ("", "0"):  # not known
        os.environ.pop("COLUMNS", None)
    with suppress(ValueError):  # not in the main thread
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, interrupt)


def end(code: int) -> int:
    """What could not be written is let go, so that Python's own end does not stumble over it; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            nowhere(stream.fileno())
    return code


def nowhere(descriptor: int) -> None:
    """Send what goes to a file descriptor to nobody from now on."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


def unread(error: OSError) -> bool:
    """Whether whoever read the output has gone; Windows has no word of its own for that."""
    return isinstance(error, BrokenPipeError) or (
        os.name == "nt" and error.errno == errno.EINVAL and error.filename is None
    )


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`; in the middle of an import end the process: torch and numpy swallow it there, or are left half imported."""
    if _importing(frame):
        with suppress(Exception):
            sys.stdout.flush()
        os._exit(INTERRUPTED)
    raise KeyboardInterrupt


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


@contextmanager
def ends_at_once() -> Iterator[None]:
    """For a call that waits in C, where handlers do not get to run: meanwhile a signal ends the process."""
    caught = []
    with suppress(ValueError):  # not in the main thread
        for number in (signal.SIGINT, signal.SIGTERM):
            if callable(signal.getsignal(number)):
                caught.append((number, signal.signal(number, signal.SIG_DFL)))
    try:
        yield
    finally:
        for number, handler in caught:
            signal.signal(number, handler)
