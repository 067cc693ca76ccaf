"""The gateway's TCP port: who has it, and how it stays ours while Envoy is away."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress

_NEIGHBOURS = 20


def reserve(host: str, wanted: int) -> socket.socket:
    """Take ``wanted``, else a free port after it, else any; hold it until the returned socket is closed.

    The socket is bound and never listens. Envoy binds beside it (both set SO_REUSEPORT), other programs
    can't: so the address of every endpoint survives a crash of Envoy.
    """
    for port in (*range(wanted, min(wanted + _NEIGHBOURS, 65536)), 0):
        with suppress(OSError):
            return _bind(host, port, exclusively=True)
    raise OSError(f"no port of {host} can be used")


def join(host: str, port: int) -> socket.socket:
    """Reserve a port on which our own Envoy listens already."""
    return _bind(host, port, exclusively=False)


def _bind(host: str, port: int, *, exclusively: bool) -> socket.socket:
    family = socket.AF_INET if ipaddress.ip_address(host).version == 4 else socket.AF_INET6
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        # SO_REUSEADDR: closed connections that linger are no obstacle, a listener or another reservation is.
        # Bound with SO_REUSEPORT, it would share the port with any Envoy of this user, and each would get half of
        # the requests. So that comes after; and without SO_REUSEADDR a second reservation can't pass by this one.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR if exclusively else socket.SO_REUSEPORT, 1)
        held.bind((host, port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError:
        held.close()
        raise
    return held
