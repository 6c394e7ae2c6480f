"""Downloads from a local server, and the network refused."""

from __future__ import annotations

import errno
import hashlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convcalc.errors import ConvcalcError
from convcalc.train.data import Asked, Remote, Source, places, sources
from training.files import load, mnist_files, refused


class Server:
    """Files over HTTP on this machine; `cut` ends the first answer for a file after so many bytes, `ranges` are understood or not."""

    def __init__(self, files: dict[str, bytes], cut: int | None = None, ranges: bool = True) -> None:
        self.files, self.asked, self.encodings = files, [], set()  # type: ignore[var-annotated]
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                outer.asked.append((name, self.headers.get("Range")))
                outer.encodings.add(self.headers.get("Accept-Encoding"))
                content = outer.files.get(name)
                if content is None:
                    self.send_error(404)
                    return
                start = 0
                if self.headers.get("Range") and ranges:
                    start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
                    self.send_response(206)
                else:
                    self.send_response(200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                end = cut if cut is not None and sum(n == name for n, _ in outer.asked) == 1 else len(content)
                self.wfile.write(content[start:end])

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    """serve(files, mirrors=…): MNIST's files come from there."""
    made: list[Server] = []

    def start(
        files: dict[str, bytes], right: dict[str, bytes] | None = None, cut: int | None = None, dead: bool = False,
        ranges: bool = True,
    ) -> Server:  # fmt: skip
        server = Server(files, cut, ranges)
        made.append(server)
        source = sources()["mnist"]
        mirrors = (*(("http://127.0.0.1:9/",) if dead else ()), server.url)
        remotes = tuple(
            Remote(
                f.name,
                hashlib.md5((right or files)[f.name]).hexdigest(),
                tuple(m + f.name for m in mirrors),
                f.optional,
            )
            for f in source.files
        )
        monkeypatch.setitem(
            sources(), "mnist", Source(source.name, source.title, source.folders, source.found, source.load, remotes)
        )
        return server

    yield start
    for server in made:
        server.close()


def test_a_download_and_then_none(serve: Callable[..., Server], cache: Path) -> None:
    server = serve(mnist_files())
    assert len(load("mnist", None).train) == 40
    there = [path.name for path in (cache / "mnist").iterdir() if not path.name.endswith(".lock")]
    assert sorted(there) == sorted(mnist_files())
    count = len(server.asked)
    assert len(load("mnist", None).train) == 40
    assert len(server.asked) == count == 4


def test_a_second_mirror(serve: Callable[..., Server]) -> None:
    serve(mnist_files(), dead=True)
    assert len(load("mnist", None).train) == 40


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_connection_is_taken_up_again(serve: Callable[..., Server], cache: Path, ranges: bool) -> None:
    server = serve(mnist_files(), cut=20_000, ranges=ranges)
    with pytest.raises(ConvcalcError) as error:
        load("mnist", None)
    assert error.value.kind == "no_download"
    assert "the connection ended early" in error.value.message()
    assert "kết nối bị ngắt giữa chừng" in error.value.message("vi")
    assert server.encodings == {"identity"}  # of a packed answer, the bytes that are there would tell no place
    assert len(load("mnist", None).train) == 40  # the one file that is long enough to be cut, and the others
    assert any(asked == "bytes=16384-" for _, asked in server.asked)
    assert not list((cache / "mnist").glob(".*.part"))


def test_an_altered_download_is_not_kept(serve: Callable[..., Server], cache: Path) -> None:
    files = mnist_files()
    serve({name: content[:-1] + b"\x07" for name, content in files.items()}, right=files)
    error = refused("mnist", None, "no_download")
    assert error.exit_code == 3
    assert "checksum" in error.message()
    assert "checksum không khớp" in error.message("vi")
    assert [path for path in (cache / "mnist").iterdir() if not path.name.startswith(".")] == []


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_without_a_network_auto_takes_the_digits_and_says_so() -> None:
    data = load("auto", None, size=(1, 28, 28))
    assert (data.name, data.train.x.shape[1:]) == ("digits", (1, 28, 28))
    assert "digits" in data.notes[0][0]
    assert "mnist" in data.notes[0][1]
    assert "Network is unreachable" in data.notes[0][0]
    assert "không có kết nối mạng" in data.notes[0][1]


@pytest.mark.usefixtures("no_network")
def test_a_cache_that_cannot_be_written_is_like_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    data = places.load("auto", None, Asked((1, 28, 28)), "mnist", lambda *_: None)
    assert data.name == "digits"
    assert "cannot be downloaded" in data.notes[0][0]


def test_the_home_of_a_user_whom_nobody_knows() -> None:
    assert places.expanded("~nobody-such/x") == Path("~nobody-such/x")
    assert refused("~nobody-such/x", None, "no_such_data").exit_code == 3


def test_without_a_network_a_named_set_does_not_fall_back() -> None:
    error = refused("mnist", None, "no_download")
    assert error.exit_code == 3
    assert error.hint() is not None
    assert refused("ntc-scv", None, "data_not_found").exit_code == 3
    assert refused("nothing-such", None, "no_such_data").exit_code == 3
