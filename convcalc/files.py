"""Files that are read, and files that are written: whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from convcalc.errors import ConvcalcError, MissingError
from convcalc.reasons import of_system


def read_bytes(path: str) -> bytes:
    """The bytes of a file, or of standard input for "-"."""
    try:
        if path == "-":
            return sys.stdin.buffer.read() if sys.stdin is not None else b""
        return Path(path).read_bytes()
    except OSError as error:
        raise MissingError("no_file", path=path, **of_system(error)) from None


def read_text(path: str) -> str:
    """The text of a file, or of standard input for "-"."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConvcalcError("not_text", path=f"'{path}'") from None


def write_text(path: str, text: str, overwrite: bool = True) -> None:
    """Write a text whole or not at all; raises `ConvcalcError` where that cannot be done."""
    write_bytes(path, text.encode(), overwrite)


def write_bytes(path: str, content: bytes, overwrite: bool = True) -> None:
    """Write bytes to a temporary name beside the file and rename it; raises `ConvcalcError` where that cannot be done."""
    target = Path(path).resolve()  # through a link, which stays one
    if (
        target.exists() and not target.is_file() and not target.is_dir()
    ):  # a device or a pipe, which is no file to replace
        try:
            target.write_bytes(content)
        except OSError as error:
            raise ConvcalcError("cannot_write", path=path, **of_system(error)) from None
        return
    if not overwrite and target.exists():
        raise ConvcalcError("exists", path=path)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~umask()
        Path(temporary).chmod(mode)
        if overwrite:
            Path(temporary).replace(target)
        else:
            os.link(temporary, target)
            Path(temporary).unlink()
    except FileExistsError:
        Path(temporary).unlink(missing_ok=True)
        raise ConvcalcError("exists", path=path) from None
    except (OSError, ValueError) as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        reason = of_system(error) if isinstance(error, OSError) else {"reason": str(error)}
        raise ConvcalcError("cannot_write", path=path, **reason) from None


def umask() -> int:
    """The permissions that new files are not given."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
