"""The network by which processes on several machines reach each other."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from convcalc.errors import MissingError

# RFC 5737: an address that nobody has; the way to it is the way out.
OUTSIDE = "192.0.2.1"


def offer_reachable_address() -> None:
    """Let gloo offer an address that other machines reach: sets GLOO_SOCKET_IFNAME where it is not set.

    gloo offers what the host's own name stands for. Debian and its descendants say 127.0.1.1, where every machine finds only itself;
    where the name stands for nothing, gloo takes such an address too. Raises `MissingError` where the interface cannot be told.
    """
    several = os.environ.get("LOCAL_WORLD_SIZE", "") != os.environ.get("WORLD_SIZE", "")
    master, host = os.environ.get("MASTER_ADDR", ""), socket.gethostname()
    if not several or master == "localhost" or _loopback(master) or os.environ.get("GLOO_SOCKET_IFNAME"):
        return
    own = _address(host)
    if own and not _loopback(own):
        return
    known = interfaces()
    # the first machine, called by its name, finds only itself so
    names = [known[way] for way in map(_own_address, (master, OUTSIDE)) if way in known]
    if not names:
        raise MissingError("processes_network", host=host)
    os.environ["GLOO_SOCKET_IFNAME"] = names[0]


def interfaces() -> dict[str, str]:
    """The names of this machine's network interfaces by their IPv4 addresses, without loopback ones."""
    import psutil

    of_all = [(name, one) for name, several in psutil.net_if_addrs().items() for one in several]
    return {one.address: name for name, one in of_all if one.family == socket.AF_INET and not _loopback(one.address)}


def _own_address(other: str) -> str:
    """The address of this machine from which it would speak to the other one; nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect((other, 9))
        return str(asked.getsockname()[0])
    return ""


def _address(name: str) -> str:
    with suppress(OSError):
        return socket.gethostbyname(name)
    return ""


def _loopback(address: str) -> bool:
    return address.startswith("127.")
