"""Under which addresses and names others reach a sandbox that listens on a host."""

from __future__ import annotations

import contextlib
import socket

EVERY = ("0.0.0.0",)  # noqa: S104  # only where a user asked for it
LOOPBACK = "127.0.0.1"


def of(host: str) -> list[str]:
    """Return the addresses to tell: of "0.0.0.0" all that this machine has, or its loopback without a network."""
    return (_own() or [LOOPBACK]) if host in EVERY else [host]


def is_loopback(host: str) -> bool:
    """Say whether only this machine is served on a host: "localhost" as well as 127.0.0.1."""
    try:
        return all(str(where[4][0]).startswith("127.") for where in socket.getaddrinfo(host, None, socket.AF_INET))
    except (OSError, UnicodeError):
        return False


def names(host: str) -> frozenset[str]:
    """Return the names, in small letters, that requests from others may come under."""
    if host == LOOPBACK:
        return frozenset()
    machine = socket.gethostname().lower()
    return frozenset({name.lower() for name in of(host)} | {machine, f"{machine}.local"}) - {LOOPBACK}


def _own() -> list[str]:
    """Return this machine's addresses but for loopback, that of the way out first."""
    found: dict[str, None] = {}
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address of no one: it finds the way out, and nothing is sent
        found[probe.getsockname()[0]] = None
    with contextlib.suppress(OSError):
        for *_, where in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            found[str(where[0])] = None
    return [address for address in found if not address.startswith("127.") and address not in EVERY]
