"""Why a file cannot be read, in the words of both languages instead of those of a library."""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from pathlib import Path
from typing import Any, TypeAlias

from convcalc.errors import ConvcalcError, MissingError
from convcalc.reasons import of_system

# `reason`, and where there are Vietnamese words for it, `reason_vi`.
Why: TypeAlias = dict[str, Any]


class Unreadable(ValueError):
    """A file that convcalc itself refuses, said in both languages."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.said: Why = {"reason": en, "reason_vi": vi}


def broken(path: Path, error: BaseException) -> ConvcalcError:
    """What is said of a data file that cannot be read: it is closed to this user, or damaged."""
    if isinstance(error, PermissionError):
        return MissingError("no_access", path=str(path), **why(error))
    return ConvcalcError("data_broken", path=path.name, **why(error))


def why(error: BaseException) -> Why:
    """What a message says of the error."""
    if isinstance(error, Unreadable):
        return error.said
    if isinstance(error, UnicodeDecodeError):
        return {"reason": "it is no text in UTF-8", "reason_vi": "không phải văn bản UTF-8"}
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return {"reason": "it is no JSON", "reason_vi": "không phải JSON"}
    if isinstance(error, zlib.error | gzip.BadGzipFile | lzma.LZMAError) and "end-of-stream" not in str(error):
        return {"reason": "what is packed in it is damaged", "reason_vi": "dữ liệu nén trong file bị hỏng"}
    if type(error).__name__ == "UnidentifiedImageError":
        return {"reason": "it is no picture", "reason_vi": "không phải ảnh"}
    if isinstance(error, OSError) and error.strerror:
        return of_system(error)
    said = str(error).partition("\n")[0]
    if isinstance(error, EOFError) or any(words in said.lower() for words in ("truncated", "end-of-stream")):
        return {"reason": "it is cut short", "reason_vi": "file không đầy đủ"}
    return {"reason": said[:120] or type(error).__name__}
