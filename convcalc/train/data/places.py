"""Where data sets lie, and how they come there: the user's folders, then downloads with mirrors and checksums."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from convcalc.errors import ConvcalcError, MissingError
from convcalc.reasons import of_system
from convcalc.train.data import Asked, Dataset, Remote, Source, sources
from convcalc.train.data.published import confirmed
from convcalc.train.reasons import Why, why

# Seconds for a connection, and between two pieces of a file.
PATIENCE = (10, 30)
PIECE = 1 << 14

# What is wrong where a set is not there, or not wholly.
ABSENT = (
    "no_download",
    "cache_unwritable",
    "no_cache",
    "data_not_found",
    "data_incomplete",
    "data_unread",
    "data_other_set",
)

# Told of a download ("download": the file's name, the bytes that are there and that there will be), and of pictures that are decoded.
Told = Callable[[str, dict[str, Any]], None]


def cache() -> Path:
    """The user's cache folder for data; raises `MissingError` for a user without a home."""
    from platformdirs import user_cache_path

    try:
        return Path(user_cache_path("convcalc", appauthor=False)) / "data"
    except RuntimeError:
        raise MissingError("no_cache") from None


def roots(folder: str | None) -> Iterator[Path]:
    """Where sets are looked for: --data-dir, CONVCALC_DATA, the cache, if there is one. Raises `MissingError` at what is named and no folder."""
    for option, one in (("--data-dir", folder), ("CONVCALC_DATA", os.environ.get("CONVCALC_DATA"))):
        if one:
            if not expanded(one).is_dir():
                raise MissingError("no_data_folder", option=option, path=one)
            yield expanded(one)
    with suppress(MissingError, PermissionError):  # a user without a home, or whose cache is closed to it
        cache().is_dir()
        yield cache()


def place_of(source: Source, folder: str | None) -> Path | None:
    """The first folder that holds a set, or None."""
    return next(places_of(source, folder), None)


def places_of(source: Source, folder: str | None) -> Iterator[Path]:
    """The folders that hold a set, or one with files of the same names."""
    others = {name.lower() for other in sources().values() if other is not source for name in other.folders}
    for root in roots(folder):
        for name in source.folders:
            if name == "." and root.resolve().name.lower() in others:
                continue  # the folder of another set, whose files may have the same names
            if source.found(root / name):
                yield root / name


def load(name: str, folder: str | None, asked: Asked, usual: str, told: Told, download: bool = True) -> Dataset:
    """The set of that name or path, downloaded if it may be. `auto` is the recipe's usual set, or else the built-in digits."""
    known = sources()
    if name == "auto":
        try:
            return load(usual, folder, asked, usual, told, download)
        except ConvcalcError as error:
            if error.kind not in ABSENT or known[usual].load.__module__.endswith("reviews"):
                raise
            found = known["digits"].load(Path(), asked)
            note = (
                f"{error.message('en')}; training on scikit-learn's 1,797 digits instead of {usual}, so the results are not those of {usual}",
                f"{error.message('vi')}; dùng tạm 1797 ảnh chữ số của scikit-learn thay cho {usual}, nên kết quả này không phải của {usual}",
            )
            return Dataset(**{**found.__dict__, "notes": (note,)})
    if name not in known:
        return _of_path(name, asked, known, told)
    source = known[name]
    if not source.folders:
        return source.load(Path(), asked)
    another: ConvcalcError | None = None
    for place in places_of(source, folder):
        try:
            return _read(source, place, asked, known)
        except ConvcalcError as error:
            if error.kind != "data_other_set":
                raise
            another = error  # the set may lie elsewhere
    if not source.files or not download:
        raise another or MissingError("data_not_found", name=name, places=", ".join(map(str, roots(folder))))
    try:
        place = _fetched(source, folder, told)
    except ConvcalcError as error:
        raise another or error from None
    return _read(source, place, asked, known)


def expanded(path: str) -> Path:
    """With the home directory for ~; of a user that nobody knows, as it is."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _read(source: Source, place: Path, asked: Asked, known: dict[str, Source]) -> Dataset:
    found = source.load(place, asked)
    if source.published is None:
        return found
    return confirmed(found, [(one.name, one.published) for one in known.values() if one.published is not None], place)


def _of_path(name: str, asked: Asked, known: dict[str, Source], told: Told) -> Dataset:
    path = expanded(name)
    if name and path.is_dir():
        from convcalc.train.data.folders import read_tree

        return read_tree(path, asked, lambda there, total: told("decoding", {"there": there, "total": total}))
    if path.suffix.lower() == ".mat" and path.is_file():
        from convcalc.train.data.matlab import read_mat

        return read_mat(path, asked.seed, path.stem)
    raise MissingError("no_such_data", name=name, known=", ".join(known))


def _fetched(source: Source, folder: str | None, told: Told) -> Path:
    """Where the set has been downloaded to; where that fails, what lies there of it is named."""
    try:
        return fetch(source, told)
    except ConvcalcError as error:
        values = {key: error.values[key] for key in ("reason", "reason_vi") if key in error.values}
        for place in (root / name for root in roots(folder) for name in source.folders):
            lacking = [file.name for file in source.files if not file.lies_in(place)]
            if 0 < len(lacking) < len(source.files):
                raise MissingError("data_incomplete", path=str(place), name=", ".join(lacking), **values) from None
            other = next((name for name in source.unread if (place / name).exists()), None)
            if other is not None:
                raise MissingError("data_unread", path=str(place), name=other, wants=source.files[0].name) from None
        raise


def fetch(source: Source, told: Told) -> Path:
    """Download what is missing of a set into the cache; raises `ConvcalcError` where no mirror gives it."""
    folder = cache() / source.name
    for file in source.files:
        if not (folder / file.name).is_file():
            _download(file, folder, told)
    return folder


def _download(file: Remote, folder: Path, told: Told) -> None:
    """By pooch: to another name, checked, then renamed; what a broken connection left is taken up again."""
    import pooch
    import requests
    from filelock import FileLock

    pooch.get_logger().setLevel("ERROR")
    reason: Why = {"reason": ""}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{file.name}.lock"):  # another process may be at it; what it got is taken
            for url in file.mirrors:
                if (folder / file.name).is_file():
                    return
                try:
                    pooch.retrieve(url, f"md5:{file.md5}", file.name, folder, downloader=_Resuming(folder, told))
                    return
                except (OSError, requests.RequestException) as error:
                    reason = _plain(error)
                    if isinstance(error, requests.exceptions.ContentDecodingError):  # a part of another form
                        (folder / f".{file.name}.part").unlink(missing_ok=True)
                except ValueError:  # pooch's word for another checksum
                    reason = {"reason": "the checksum is another one", "reason_vi": "checksum không khớp"}
                    (folder / f".{file.name}.part").unlink(missing_ok=True)
    except (OSError, NotImplementedError) as error:
        raise MissingError("cache_unwritable", name=file.name, folder=str(folder), **why(error)) from None
    raise MissingError("no_download", name=file.name, folder=str(folder), **reason)


def _plain(error: Exception) -> Why:
    """The cause of a failed download, without the machinery."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    if isinstance(cause, _Short) or type(cause).__name__ == "IncompleteRead":  # that of urllib3 from 2 on
        return {"reason": "the connection ended early", "reason_vi": "kết nối bị ngắt giữa chừng"}
    if isinstance(cause, socket.gaierror):
        return {"reason": cause.strerror or str(cause), "reason_vi": "không tìm thấy máy chủ"}
    if isinstance(cause, OSError) and cause.errno is not None:
        return of_system(cause)
    return {"reason": str(cause).rpartition("] ")[2][:120] or type(cause).__name__}


class _Short(OSError):
    """A download with fewer bytes than were announced."""


class _Resuming:
    """A downloader for pooch that goes on from what an earlier try left beside the file."""

    def __init__(self, folder: Path, told: Told) -> None:
        self.folder, self.told = folder, told

    def __call__(self, url: str, output_file: Any, pooch: Any) -> None:
        import requests

        name = url.rpartition("/")[2]
        part = self.folder / f".{name}.part"
        there = part.stat().st_size if part.is_file() else 0
        # a mirror must not pack the file: what is there of it would tell no place in what it sends
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
        with requests.get(url, stream=True, timeout=PATIENCE, headers=headers) as answer:
            if answer.status_code == 416:  # there is nothing after what we have
                answer.close()
            else:
                answer.raise_for_status()
                if answer.status_code != 206:
                    there = 0
                total = there + int(answer.headers.get("Content-Length", 0))
                with part.open("ab" if there else "wb") as file:
                    for piece in answer.iter_content(PIECE):
                        file.write(piece)
                        there += len(piece)
                        self.told("download", {"name": name, "there": there, "total": total})
                if total > there:
                    raise _Short
        part.replace(output_file)
