"""convcalc shape --batch: many specs, one JSON object a line, in order."""

from __future__ import annotations

import codecs
import gc
import os
import sys
from functools import lru_cache, partial
from json import JSONEncoder

from convcalc.errors import ConvcalcError, SpecError, internal
from convcalc.files import UTF_16
from convcalc.results import error_object, trace_object
from convcalc.scan import as_shape
from convcalc.spec import read_spec
from convcalc.tracing import PartialTrace, Trace, trace_rows

# Lines that a process works on at a time, and how many are worth starting processes for.
CHUNK = 2000
MANY = 5000


def run_batch(data: bytes, lang: str) -> int:
    """Print one JSON object for each line of SPEC, tab, SHAPE; a bad line gets an error object and the rest go on.

    Blank lines are passed over. The exit code is 2 if any line was bad.
    """
    if data.startswith(UTF_16):  # as in files of Windows PowerShell
        data = data.decode("utf-16", "replace").encode()
    lines = [line.rstrip(b"\r") for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n") if line.strip(b" \r")]
    chunks = [lines[i : i + CHUNK] for i in range(0, len(lines), CHUNK)]
    work = partial(answers, lang=lang)
    workers = min(os.cpu_count() or 1, 61)  # Windows waits for no more
    if len(lines) < MANY or workers == 1:
        return max((_print(work(chunk)) for chunk in chunks), default=0)
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers) as pool:
        return max(_print(done) for done in pool.map(work, chunks))


def _print(done: tuple[bytes, int]) -> int:
    sys.stdout.buffer.write(done[0])
    sys.stdout.buffer.flush()
    return done[1]


def answers(lines: list[bytes], lang: str) -> tuple[bytes, int]:
    """The JSON of some lines in UTF-8, and the exit code they call for."""
    gc.set_threshold(50_000)  # nearly all of what a line makes is freed without the collector
    encode = JSONEncoder(ensure_ascii=False, check_circular=False).encode
    out = []
    code = 0
    for line in lines:
        try:
            out.append(encode(trace_object(_trace(line), None)))
        except ConvcalcError as error:
            code = error.exit_code
            out.append(encode(error_object(error, lang)))
        except Exception as error:  # a fault of convcalc's own costs one line its answer, not all lines theirs
            code = 2
            out.append(encode(error_object(internal(error), lang)))
    out.append("")
    return "\n".join(out).encode(), code


# One network is often asked on many inputs.
_spec = lru_cache(maxsize=8192)(read_spec)


def _trace(line: bytes) -> Trace:
    try:
        parts = line.decode().split("\t")
    except UnicodeDecodeError:
        raise SpecError("not_text", path="the line") from None
    if len(parts) != 2:
        raise SpecError("bad_batch_line", count=len(parts))
    read = _spec(parts[0])
    x = as_shape(parts[1])
    try:
        return trace_rows(read.layer, x)
    except PartialTrace as stop:
        raise read.locate(stop.error) from None
