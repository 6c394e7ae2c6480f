"""Several machines: two hosts in network namespaces, each with its own name, its own addresses and its own folders."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import torch

from convcalc.errors import MissingError
from convcalc.train import addresses, parallel
from convcalc.train.run import Run
from training.runs import command, environment

ADDRESSES = ["10.213.0.1", "10.213.0.2"]
PORT = 29500
# Debian's usual /etc/hosts: the host's own name stands for an address that no other machine reaches.
DEBIAN = "127.0.0.1 localhost\n127.0.1.1 {own}\n{address} {other}\n"
NAMELESS = "127.0.0.1 localhost\n"  # as in containers
INSIDE = (  # no names but those of /etc/hosts
    'mount --make-rprivate / && mount --bind "$0" /etc/hosts && mount --bind /dev/null /etc/resolv.conf && hostname "$1" && shift && exec "$@"'
)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@pytest.fixture
def hosts() -> Iterator[list[str]]:
    """The names of two hosts that a cable joins."""
    names = [f"cc{os.getpid()}{side}" for side in "ab"]
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("only root makes network namespaces, with iproute2")
    try:
        try:
            for name in names:
                ip("netns", "add", name)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr}")
        ip("-n", names[0], "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", names[1])
        for name, address in zip(names, ADDRESSES, strict=True):
            ip("-n", name, "address", "add", f"{address}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                ip("-n", name, "link", "set", link, "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)


def on_both(tmp_path: Path, hosts: list[str], master: str, names: str) -> list[tuple[int, str, str]]:
    launched = []
    for rank, own in enumerate(hosts):
        known = tmp_path / f"hosts-{own}"
        known.write_text(names.format(own=own, other=hosts[1 - rank], address=ADDRESSES[1 - rank]))
        words = command(tmp_path / own, "both", "--epochs", "2", "--limit", "333", "--lang", "en")
        launched.append(
            subprocess.Popen(
                [
                    "ip", "netns", "exec", own, "unshare", "--mount", "--uts", "sh", "-c", INSIDE, str(known), own,
                    sys.executable, "-m", "torch.distributed.run", "--nnodes=2", f"--node-rank={rank}", "--nproc-per-node=1",
                    f"--master-addr={master}", f"--master-port={PORT}", *words[1:],
                ],
                env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
    try:
        said = [one.communicate(timeout=240) for one in launched]
    finally:
        for one in launched:
            one.kill()
    return [(one.returncode, *words) for one, words in zip(launched, said, strict=True)]


@pytest.mark.parametrize(("by", "names"), [("address", DEBIAN), ("name", DEBIAN), ("address", NAMELESS)], ids=["address", "name", "no names"])  # fmt: skip
def test_hosts_that_do_not_know_their_own_address(tmp_path: Path, hosts: list[str], by: str, names: str) -> None:
    if by == "name":  # which the first host takes for itself: it offers what leads out
        ip("-n", hosts[0], "route", "add", "default", "via", ADDRESSES[1])
    found = on_both(tmp_path, hosts, ADDRESSES[0] if by == "address" else hosts[0], names)
    assert [code for code, *_ in found] == [0, 0], found
    assert found[0][1].count("epoch 2/2") == 1
    kept = Run(tmp_path / hosts[0] / "runs" / "both")
    assert kept.read_json("summary.json")["made_on"]["processes"] == 2
    assert not (tmp_path / hosts[1]).exists()


def test_a_host_without_a_way_to_the_others(tmp_path: Path, hosts: list[str]) -> None:
    ip("-n", hosts[0], "address", "flush", "dev", "eth0")
    known = tmp_path / "hosts"
    known.write_text(f"127.0.0.1 localhost\n127.0.1.1 {hosts[0]}\n")
    words = command(tmp_path, "x", "--limit", "60", "--lang", "en")
    torchruns = {"RANK": "0", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "1", "MASTER_ADDR": hosts[0], "MASTER_PORT": str(PORT)}  # fmt: skip
    ran = subprocess.run(
        ["ip", "netns", "exec", hosts[0], "unshare", "--mount", "--uts", "sh", "-c", INSIDE, str(known), hosts[0], *words],
        env=environment() | torchruns, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 3, ran
    assert f"by its name, {hosts[0]}" in " ".join(ran.stderr.split())


def test_a_first_machine_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    there = {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": str(port)}  # fmt: skip
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(parallel, "PATIENCE", timedelta(seconds=1))
    with pytest.raises(MissingError) as raised, parallel.world(torch.device("cpu")):
        pass
    assert raised.value.kind == "processes_apart"
    assert str(port) in str(raised.value)


def test_the_interfaces_of_a_host(hosts: list[str]) -> None:
    asks = "from convcalc.train.addresses import interfaces; print(interfaces())"
    for own, address in zip(hosts, ADDRESSES, strict=True):
        ran = subprocess.run(["ip", "netns", "exec", own, sys.executable, "-c", asks], capture_output=True, text=True)
        assert ran.stdout == f"{ {address: 'eth0'} }\n", ran


def test_what_is_named_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyname", lambda name: "127.0.1.1")
    monkeypatch.setattr(addresses, "interfaces", lambda: {})
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("MASTER_ADDR", "nowhere.invalid")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    addresses.offer_reachable_address()  # all processes are here
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "1")
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "ib0")
    addresses.offer_reachable_address()
    assert os.environ["GLOO_SOCKET_IFNAME"] == "ib0"
    monkeypatch.delenv("GLOO_SOCKET_IFNAME")
    with pytest.raises(MissingError) as raised:
        addresses.offer_reachable_address()
    assert raised.value.kind == "processes_network"
    for here in ("localhost", "127.0.0.1"):  # started by hand, which leaves LOCAL_WORLD_SIZE out
        monkeypatch.setenv("MASTER_ADDR", here)
        addresses.offer_reachable_address()
    assert "GLOO_SOCKET_IFNAME" not in os.environ
