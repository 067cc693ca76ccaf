"""What the gateway is told: which deployment is served by which sockets, and what the others answer.

Each value checks itself when it is made. Envoy takes a whole file or nothing, so a bad value that got
into it would reject the routes of every deployment; here it stops only the one it belongs to.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.names import ID_RULE, is_id

MAX_MESSAGE = 1000
"""Characters of a message that callers get to read; longer ones are cut."""

# sun_path is 104 bytes on macOS and 108 on Linux, with the closing NUL; Envoy refuses the whole cluster beyond.
_MAX_SOCKET_PATH = 103
_MAX_WEIGHT = 1_000_000
# Envoy's basic_auth knows salted or slow hashes not at all: a line of another form rejects all routes.
_USER = re.compile(r"[^:\s\x00-\x1f\x7f]{1,128}:\{SHA\}[A-Za-z0-9+/]{27}=")


@dataclass(frozen=True)
class Cluster:
    """The replicas of one revision.

    Parameters
    ----------
    deployment, revision
        Whose replicas they are.
    sockets
        Absolute paths of the replicas' unix sockets; one that doesn't exist yet is an unhealthy replica.
    """

    deployment: str
    revision: int
    sockets: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_id(self.deployment)
        if self.revision < 0:
            raise _invalid("revision", f"{self.deployment}: {self.revision} is not a revision")
        if len(set(self.sockets)) != len(self.sockets):
            raise _invalid("sockets", f"{self.name}: a socket is listed twice")
        for socket in self.sockets:
            if not socket.startswith("/") or not socket.isprintable():
                raise _invalid("sockets", f"{self.name}: {socket!r} is not an absolute path")
            if len(socket.encode()) > _MAX_SOCKET_PATH:
                raise _invalid(
                    "sockets",
                    f"{self.name}: the path of a unix socket has at most {_MAX_SOCKET_PATH} bytes, "
                    f"{socket} has {len(socket.encode())}: use a shorter run-time directory",
                )

    @property
    def name(self) -> str:
        """``<deployment>/<revision>``: its name in routes, statistics and logs."""
        return f"{self.deployment}/{self.revision}"


@dataclass(frozen=True)
class Route:
    """A deployment that is served.

    Parameters
    ----------
    clusters
        Names of clusters with their weights: one, or several that share the traffic.
    users
        Who may call: lines ``name:{SHA}<base64 of the SHA-1 of the secret>``. None is public, an empty tuple nobody.
    counted_as
        Whose requests these are in :class:`.readings.Labels`; an id, which may be used again, where it is left out.
    """

    deployment: str
    clusters: tuple[tuple[str, int], ...]
    users: tuple[str, ...] | None = None
    counted_as: str = ""

    def __post_init__(self) -> None:
        _check_id(self.deployment)
        names = [name for name, _ in self.clusters]
        if len(set(names)) != len(names):
            raise _invalid("clusters", f"{self.deployment}: a cluster is listed twice")
        for name, weight in self.clusters:
            if name.rpartition("/")[0] != self.deployment:
                raise _invalid("clusters", f"{self.deployment}: {name} is a cluster of another deployment")
            if not 0 <= weight <= _MAX_WEIGHT:
                raise _invalid("clusters", f"{name}: a weight is between 0 and {_MAX_WEIGHT}, not {weight}")
        if not any(weight for _, weight in self.clusters):
            raise _invalid("clusters", f"{self.deployment}: no cluster has a weight above 0")
        _check_users(self.deployment, self.users)


@dataclass(frozen=True)
class Unavailable:
    """A deployment that exists and is not served: its endpoint answers 503 with this.

    Parameters
    ----------
    message
        A sentence for the caller.
    retry_after
        Seconds after which it is worth to ask again; None if waiting alone won't help.
    users, counted_as
        Who may be told, and whose requests these are; as in :class:`Route`.
    """

    deployment: str
    code: Literal["stopped", "starting", "failed"]
    message: str
    retry_after: int | None = None
    users: tuple[str, ...] | None = None
    counted_as: str = ""

    def __post_init__(self) -> None:
        _check_id(self.deployment)
        _check_users(self.deployment, self.users)
        if self.retry_after is not None and self.retry_after < 0:
            raise _invalid("retry_after", f"{self.deployment}: {self.retry_after} is not a number of seconds")


Share = tuple[Route | Unavailable, list[Cluster]]
"""What one deployment adds to the gateway: its route, or why there is none, and the clusters of its replicas."""


@dataclass(frozen=True)
class GatewayState:
    """Everything the gateway serves; a deployment that is not in it answers 404."""

    routes: tuple[Route, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()
    clusters: tuple[Cluster, ...] = ()

    def __post_init__(self) -> None:
        ids = Counter([route.deployment for route in self.routes] + [item.deployment for item in self.unavailable])
        names = Counter(cluster.name for cluster in self.clusters)
        for name, count in (ids | names).items():
            if count > 1:
                raise _invalid("state", f"{name} is listed {count} times")
        for route in self.routes:
            for name, _ in route.clusters:
                if name not in names:
                    raise _invalid("routes", f"{route.deployment}: there is no cluster {name}")


def _check_users(deployment: str, users: tuple[str, ...] | None) -> None:
    for line in users or ():
        if not _USER.fullmatch(line):
            raise _invalid("users", f"{deployment}: a user is a line name:{{SHA}}<base64>")
    names = [line.partition(":")[0] for line in users or ()]
    if len(set(names)) != len(names):
        raise _invalid("users", f"{deployment}: a user is listed twice")


def _check_id(text: str) -> None:
    if not is_id(text):
        raise _invalid("deployment", f"{text!r} is not an id: {ID_RULE}")


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, fields=[{"field": field, "message": message}])
