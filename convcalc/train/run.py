"""A run folder: its configuration, what was measured, and checkpoints that a kill cannot break."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from convcalc.errors import ConvcalcError, MissingError
from convcalc.files import beside, replace
from convcalc.train import kept
from convcalc.train.reasons import Why, why

KEPT = 2
CHECKPOINT = re.compile(r"checkpoint-\d{5,}-\d{7,}-[0-9a-f]{12}\.pt")
LEFT = (
    "config.json", "metrics.jsonl", "summary.json", "confusion.json", "worst.json", "words.json", "report.md",
    "curves.png", "confusion.png", "kernels.png", "mistakes.png", "predictions.png",
)  # fmt: skip
VERSION = 1


class Run:
    """The folder of a run. Whatever is written has another name until it is whole and on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: list[Path] = []  # checkpoints that `load` has passed over

    @property
    def name(self) -> str:
        return self.folder.name

    def make(self) -> None:
        """The folder itself."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConvcalcError(
                "cannot_write", path=str(self.folder), **(_dangling(self.folder) or why(error))
            ) from None

    def clear(self) -> None:
        """Take away what a run leaves, and nothing else that may lie there."""
        for name in LEFT:
            (self.folder / name).unlink(missing_ok=True)
        for path in self.checkpoints():
            path.unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Only one process trains a run; the lock goes with the process."""
        from filelock import FileLock, Timeout

        path = self.folder / ".lock"
        try:
            taken = FileLock(path).acquire(timeout=0)
        except Timeout:
            raise ConvcalcError("run_busy", name=str(self.folder)) from None
        except (OSError, NotImplementedError) as error:
            raise MissingError("cannot_write", path=str(path), **why(error)) from None
        try:
            with taken:
                for name in (*LEFT, "checkpoint"):  # what a kill in the middle of a write has left
                    for left in self.folder.glob(f".{name}-*"):
                        _drop(left)
                try:
                    yield
                finally:
                    with suppress(OSError):  # somebody may have taken the folder away
                        if [one.name for one in self.folder.iterdir()] == [".lock"]:
                            path.unlink()  # on Windows it goes with the lock
        finally:
            with suppress(OSError):  # nothing came of it, or else the system refuses
                self.folder.rmdir()

    def write(self, name: str, made: Callable[[IO[bytes]], str | None]) -> None:
        """A file of the run, written by `made` to another name, synced and renamed; `made` may return the rest of its name."""
        temporary = beside(self.folder / name)
        try:
            with temporary.open("xb") as file:
                name += made(file) or ""
                file.flush()
                os.fsync(file.fileno())
            replace(temporary, self.folder / name)
            if os.name == "posix":  # Windows opens no folder
                folder = os.open(self.folder, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except (OSError, RuntimeError) as error:  # torch.save wraps a full disk in a RuntimeError
            # that what is kept is whole can be said only where something is kept
            kind = "run_unwritable" if self.checkpoints() else "cannot_write"
            raise MissingError(kind, path=str(self.folder / name.rstrip("-")), **why(error)) from None
        finally:
            _drop(temporary)

    def write_bytes(self, name: str, content: bytes) -> None:
        self.write(name, lambda file: void(file.write(content)))

    def write_json(self, name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        try:
            content = text.encode()
        except UnicodeEncodeError:  # of a path that is no UTF-8
            content = json.dumps(value, indent=1).encode() + b"\n"
        self.write_bytes(name, content)

    def write_text(self, name: str, text: str) -> None:
        self.write_bytes(name, text.encode("utf-8", "replace"))

    def read_json(self, name: str) -> Any:
        """A JSON file of the run; None where there is none."""
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise MissingError("no_file", path=str(path), **why(error)) from None
        except (ValueError, RecursionError) as error:
            kind = "run_broken" if name == "config.json" else "run_part_broken"
            raise ConvcalcError(kind, path=str(path), name=str(self.folder), **why(error)) from None

    def config(self) -> dict[str, Any]:
        """config.json, which must be one that convcalc wrote."""
        return kept.config(self.read_json("config.json"), self.folder / "config.json")

    def summary(self) -> dict[str, Any] | None:
        """summary.json, which must be one that convcalc wrote; None where there is none yet."""
        found = self.read_json("summary.json")
        return None if found is None else kept.summary(found, self.folder / "summary.json")

    def confusion(self, classes: int) -> list[list[int]] | None:
        """confusion.json, likewise."""
        found = self.read_json("confusion.json")
        return None if found is None else kept.confusion(found, self.folder / "confusion.json", classes)

    def words(self) -> list[str]:
        """words.json, likewise; none where the run is not about texts."""
        config = self.config()
        if config["kind"] != "texts":
            return []
        return kept.words(self.read_json("words.json"), self.folder / "words.json", config.get("words"))

    def worst(self, samples: int) -> list[tuple[int, int, float]] | None:
        """worst.json, likewise, for a test set of so many samples: (sample, class taken, probability)."""
        found = self.read_json("worst.json")
        return None if found is None else kept.worst(found, self.folder / "worst.json", samples)

    def untested(self) -> None:
        """Take away what the test has left, which will be made again."""
        for name in ("summary.json", "confusion.json", "worst.json"):
            (self.folder / name).unlink(missing_ok=True)

    def metrics(self) -> list[dict[str, Any]]:
        """The lines of metrics.jsonl, likewise; none where there is no file."""
        path = self.folder / "metrics.jsonl"
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
            found = [json.loads(line) for line in lines]
        except OSError as error:
            raise MissingError("no_file", path=str(path), **why(error)) from None
        except (ValueError, RecursionError) as error:
            raise ConvcalcError("run_part_broken", path=str(path), name=str(self.folder), **why(error)) from None
        return kept.metrics(found, path)

    def write_metrics(self, history: list[dict[str, Any]]) -> None:
        self.write_text("metrics.jsonl", "".join(json.dumps(one) + "\n" for one in history))

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def checkpoints(self) -> list[Path]:
        """The checkpoints, the newest first."""
        found = self.folder.glob("checkpoint-*.pt")
        return sorted((path for path in found if CHECKPOINT.fullmatch(path.name)), key=_place, reverse=True)

    def save(self, state: dict[str, Any]) -> None:
        """A checkpoint of after so many epochs and steps; older ones than the last two go."""
        import torch

        end = ""

        def made(file: IO[bytes]) -> str:
            nonlocal end
            hashed = Hashed(file)
            try:
                torch.save(state, hashed)  # type: ignore[arg-type]
            except BaseException:
                if hashed.failed is not None:  # torch closes its archive all the same, and says of that that it cannot
                    raise hashed.failed from None
                raise
            end = f"{hashed.digest.hexdigest()}.pt"
            return end

        place = f"checkpoint-{state['epoch']:05d}-{state['step']:07d}-"
        self.write(place, made)
        for old in self.checkpoints():  # a damaged one of the same step, trained again
            if old.name.startswith(place) and old.name != place + end:
                _drop(old)
        for old in self.damaged:
            _drop(old)
        self.damaged = []
        for old in self.checkpoints()[KEPT:]:
            _drop(old)

    def load(self, device: Any = "cpu") -> dict[str, Any] | None:
        """The newest checkpoint that can be read, or None where there is none. Nothing in it is ever run."""
        import torch

        self.damaged = []
        for path in self.checkpoints():
            try:
                content = path.read_bytes()
                if not _as_written(path, content):
                    raise ValueError
                state = torch.load(io.BytesIO(content), map_location=device, weights_only=True)
                if state["version"] != VERSION:
                    raise MissingError("run_newer", path=str(path), version=state["version"])
                return dict(state)
            except ConvcalcError:
                raise
            except OSError as error:
                raise MissingError("no_file", path=str(path), **why(error)) from None
            except Exception:  # torch raises many kinds for what is no checkpoint
                self.damaged.append(path)
        if self.damaged:
            raise ConvcalcError(
                "run_broken", path=str(self.folder), reason="no checkpoint is as it was written", reason_vi="không checkpoint nào còn nguyên vẹn"
            )  # fmt: skip
        return None

    def whole(self) -> bool:
        """Whether the newest checkpoint is there, as it was written."""
        newest = self.checkpoints()[:1]
        try:
            return bool(newest) and _as_written(newest[0], newest[0].read_bytes())
        except OSError:
            return False


class Hashed:
    """A file with the digest of what is written to it; checkpoints can be too large for a copy in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, blake2b(digest_size=6)
        self.failed: BaseException | None = None  # what was raised first

    def write(self, data: bytes) -> int:
        try:
            self.digest.update(data)
            return self.file.write(data)
        except BaseException as error:
            self.failed = self.failed or error
            raise

    def flush(self) -> None:
        self.file.flush()


def _place(path: Path) -> tuple[int, int, str]:
    """The epoch and step of a checkpoint."""
    _, epoch, step, rest = path.name.split("-")
    return int(epoch), int(step), rest


def _as_written(path: Path, content: bytes) -> bool:
    """Whether the content of a checkpoint is what its name says."""
    return blake2b(content, digest_size=6).hexdigest() == path.stem.rpartition("-")[2]


def _drop(path: Path) -> None:
    """Take a file away; one that another program reads stays on Windows, until there is a next time."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _dangling(folder: Path) -> Why | None:
    """What is said where a folder, or one that it lies in, is a link to nothing, as to a disk that is not there."""
    link = next((path for path in (folder, *folder.parents) if path.is_symlink() and not path.exists()), None)
    said = f"{link} is a link to a folder that is not there", f"{link} là liên kết tới một thư mục không tồn tại"
    return None if link is None else {"reason": said[0], "reason_vi": said[1]}


def passed_over(name: str) -> tuple[str, str]:
    """What is said of a damaged checkpoint, in English and Vietnamese."""
    return f"{name} is damaged; the checkpoint before it is taken", f"{name} bị hỏng nên dùng checkpoint trước đó"


def void(value: object) -> None:
    """Drop a value."""
