"""Files that are read, and files that are written: whole or not at all."""

from __future__ import annotations

import codecs
import os
import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path

from convcalc.errors import ConvcalcError, MissingError
from convcalc.reasons import of_system

# How a file in UTF-16 begins.
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Windows renames nothing over a file that another program reads: so often it is tried, and so many seconds lie between.
TRIES, PAUSE_S = 20, 0.1


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
        return text_of(read_bytes(path))
    except UnicodeDecodeError:
        raise ConvcalcError("not_text", path=f"'{path}'") from None


def text_of(content: bytes) -> str:
    """Text in UTF-8, or in UTF-16 where its first bytes say so, as in files of Windows PowerShell; raises `UnicodeDecodeError`."""
    return content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")


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
    temporary = beside(target)
    try:
        with temporary.open("xb") as file:
            if os.name == "posix" and target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            file.write(content)
        if overwrite:
            replace(temporary, target)
        else:
            _add(temporary, target)
    except FileExistsError:
        raise ConvcalcError("exists", path=path) from None
    except (OSError, ValueError) as error:
        reason = of_system(error) if isinstance(error, OSError) else {"reason": str(error)}
        raise ConvcalcError("cannot_write", path=path, **reason) from None
    finally:
        with suppress(OSError, ValueError):
            temporary.unlink(missing_ok=True)


def beside(target: Path) -> Path:
    """A new name beside what is about to be written. On Windows tempfile would look for one for ever in a folder that is closed to it."""
    return target.parent / f".{target.name[:40]}-{secrets.token_hex(6)}"


def replace(temporary: Path, target: Path) -> None:
    """Rename over what may be there."""
    for tried in range(TRIES):
        try:
            temporary.replace(target)
            return
        except PermissionError:
            if os.name != "nt" or tried == TRIES - 1:
                raise
            time.sleep(PAUSE_S)


def _add(temporary: Path, target: Path) -> None:
    """Give a file its name, which must be free; raises `FileExistsError`."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # USB sticks and some shares have no links
        if target.exists():
            raise FileExistsError(str(target)) from None
        replace(temporary, target)
