"""Finding runs: by their names or folders, and all of a folder."""

from __future__ import annotations

import os
from pathlib import Path

from convcalc.errors import ConvcalcError, MissingError
from convcalc.reasons import of_system
from convcalc.train.run import Run


def is_folder(path: Path) -> bool:
    """Whether it is a folder that can be looked into; one behind a folder that is closed is none."""
    try:
        return path.is_dir() and os.access(path, os.R_OK | os.X_OK)
    except OSError:
        return False


def runs_in(folder: Path) -> tuple[list[Run], list[ConvcalcError]]:
    """The runs of a folder by their names, and what is said of those that cannot be looked into; raises `OSError` where the folder cannot."""
    found: list[Run] = []
    closed: list[ConvcalcError] = []
    for path in sorted(folder.iterdir()):
        try:
            if (path / "config.json").is_file():
                found.append(Run(path))
        except OSError as error:
            closed.append(MissingError("no_access", path=str(path), **of_system(error)))
    return found, closed


def run_of(text: str, runs: Path) -> Run:
    """The run with that name or folder; raises `ConvcalcError` where there is none."""
    for folder in (Path(text), runs / text):
        if (folder / "config.json").is_file():
            return Run(folder if folder.name not in ("", "..") else folder.resolve())  # a run has a name
    names = [run.name for run in runs_in(runs)[0]] if runs.exists() else []
    known = ", ".join(names[:8] + ["…"] * (len(names) > 8))
    raise MissingError("no_run", name=text, known=known or "–")
