"""What a trained network says of pictures and texts of a user's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

from convcalc.errors import ConvcalcError, MissingError
from convcalc.files import text_of
from convcalc.train.data import Split
from convcalc.train.data.folders import ENDINGS, decode, unwarned
from convcalc.train.data.reviews import numbered, words_of
from convcalc.train.reasons import why
from convcalc.train.report import Opened


def predicted(found: Opened, text: str, top: int) -> list[tuple[str, float]]:
    """The likeliest classes of a picture file, a text file or a text, with their probabilities."""
    kind = found.config["kind"]
    if kind == "masks":
        raise ConvcalcError("no_classes", name=found.run.name)
    split = _texts(found, text) if kind == "texts" else _picture(found, text)
    feed = found.feed(split)
    with torch.no_grad():
        scores = found.network(feed._x(torch.arange(1), (), None))[0].softmax(0).cpu()
    shares, places = scores.topk(min(top, len(scores)))
    names = found.classes
    return [
        (names[i] if i < len(names) else str(i), float(p))
        for p, i in zip(shares.tolist(), places.tolist(), strict=True)
    ]


def _picture(found: Opened, text: str) -> Split:
    path = Path(text)
    if text and path.is_dir():
        raise MissingError("no_file", path=text, reason="it is a folder", reason_vi="đây là thư mục")
    if not _is_file(text):
        raise MissingError("no_file", path=text, reason="No such file", reason_vi="không tìm thấy")
    channels, height, width = found.config["decoded"]  # what the network's input was made of
    try:
        with unwarned():
            x: Any = decode(path, channels, height, width)
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise MissingError("bad_picture", path=text, **why(error)) from None
    return Split(x[None], np.zeros(1, np.int64))


def _is_file(text: str) -> bool:
    """Whether it is the path of a file; a review may be longer than any path."""
    try:
        return Path(text).is_file()
    except PermissionError as error:
        raise MissingError("no_file", path=text, **why(error)) from None
    except (OSError, ValueError):
        return False


def _texts(found: Opened, text: str) -> Split:
    path, there = Path(text), _is_file(text)
    if (
        not there
        and (path.suffix.lower() in (*ENDINGS, ".txt") or text.startswith((os.sep, "./", "../", "~")))
        and " " not in text
    ):
        raise MissingError("no_file", path=text, reason="No such file", reason_vi="không tìm thấy")
    if there:
        try:
            text = text_of(path.read_bytes())
        except (OSError, UnicodeDecodeError) as error:
            raise MissingError("bad_text", path=str(path), **why(error)) from None
    x, lengths = numbered([words_of(text)], found.words)
    if not (x > 1).any():
        raise ConvcalcError("no_words", text=text[:60])
    return Split(x, np.zeros(1, np.int64), lengths)
