"""Files: texts as people have them, and writing where the system is in the way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from without_posix import without

from convcalc import files
from convcalc.cli.draw import _slug
from convcalc.errors import ConvcalcError
from convcalc.process import unread
from convcalc.reasons import of_system


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_of_every_editor(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "spec.txt"
    path.write_bytes("conv 3x3  # tích chập\r\n".encode(encoding))
    assert files.read_text(str(path)) == "conv 3x3  # tích chập\r\n"


def test_half_a_letter_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "spec.txt"
    path.write_bytes("conv".encode("utf-16")[:-1])
    with pytest.raises(ConvcalcError) as error:
        files.read_text(str(path))
    assert error.value.kind == "not_text"


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "x.svg"
    files.write_bytes(str(path), b"one", overwrite=False)
    with pytest.raises(ConvcalcError) as error:
        files.write_bytes(str(path), b"two", overwrite=False)
    assert error.value.kind == "exists"
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("x.svg", b"one")]


def test_a_file_that_is_read_elsewhere_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows has it; elsewhere nothing is tried twice."""
    real, tried = Path.replace, []

    def busy(path: Path, target: Path) -> Path:
        tried.append(path)
        if len(tried) < 3:
            raise PermissionError(13, "Permission denied")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(ConvcalcError):
        files.write_bytes(str(tmp_path / "x"), b"one")
    assert len(tried) == 1
    tried.clear()
    monkeypatch.setattr(files, "os", without(os))
    monkeypatch.setattr(files, "PAUSE_S", 0.0)
    files.write_bytes(str(tmp_path / "x"), b"two")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("x", b"two")]


def test_what_windows_says_of_open_files() -> None:
    error = PermissionError(13, "Access is denied")
    assert of_system(error) == {"reason": "Access is denied", "reason_vi": "không có quyền truy cập"}
    error.winerror = 5  # type: ignore[attr-defined,unused-ignore]
    assert "another program" in of_system(error)["reason"]
    assert "chương trình khác" in of_system(error)["reason_vi"]


def test_a_reader_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = OSError(22, "Invalid argument")
    assert unread(BrokenPipeError())
    assert not unread(strange)
    monkeypatch.setattr("convcalc.process.os", without(os))
    assert unread(strange)
    assert not unread(OSError(28, "No space left on device"))


@pytest.mark.parametrize("path", ["/home/an/lenet.txt", r"C:\Users\Nguyễn Văn A\Tài liệu\lenet.txt", "lenet.txt"])
def test_the_name_of_a_picture_is_that_of_the_file(path: str) -> None:
    assert _slug(path) == "lenet-txt"
