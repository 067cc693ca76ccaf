"""Who may call this replica: checked here, as a cluster has no gateway of ours in front.

What is true is a Secret of the deployment. It is mounted, and the kubelet brings its changes within a minute or two; a
server that changes it tells each replica besides, at once. Whichever is newer counts. By its key a replica knows what
is told by whom: where another key is mounted, what was told by the old one counts no more.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import time
from collections.abc import Callable, MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any

from primehub_deploy_ext.runner.access import (
    ASKED,
    DOCUMENT,
    FORMAT,
    GUARDED_PATH,
    PASS_HEADER,
    PATH,
    SERVER_CLIENT,
    SIGNATURE_HEADER,
    WRONG_KEY,
    credentials,
    hash_token,
    is_client_token,
    later_format,
    server_pass,
    signature,
)
from primehub_deploy_ext.runner.exchange import Request, Response, answer, dumps, error
from primehub_deploy_ext.runner.protocols import Route, Routes
from primehub_deploy_ext.runner.server import CLIENT_HEADER

_DOCUMENT, _KEY = "access.json", "key"
_LOOK_EVERY = 1.0
_READY = "/v2/health/ready"
# What a cluster asks of the pod itself, without the public prefix; what servers tell it is signed.
_OPEN = {"/v2/health/live", _READY, GUARDED_PATH, "/metrics", PATH}
_REFUSED = {"error": {"code": "unauthenticated", "message": "this endpoint is private: send a client's token"}}


class Callers:
    """The clients of this deployment, as they were told last.

    Parameters
    ----------
    folder
        Where the Secret is mounted: its key, and the document.
    realm
        The deployment, for browsers that ask for a password.
    clock
        Tells the time, in Unix seconds.

    Raises
    ------
    ValueError
        If what is mounted can't be read: better no replica than one that lets everybody in.
    """

    def __init__(self, folder: Path, realm: str, clock: Callable[[], float] = time.time) -> None:
        self.version = -1
        self.private = True
        self._folder = folder
        self._clock = clock
        self._clients: dict[str, tuple[str, float | None]] = {}
        self._used: dict[str, float] = {}
        self._document = ""
        self._key = self._pass = ""
        self._read: tuple[int, int] | None = None
        self._refusal = Response(401, dumps(_REFUSED), (("WWW-Authenticate", f'Basic realm="{realm}"'),))
        try:
            self.look()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as unusable:
            raise ValueError(f"who may call can't be read from {folder}: {unusable}") from unusable

    # ------------------------------------------------------------------ who may call

    def guard(self, path: str, headers: MutableMapping[str, str]) -> Response | None:
        """Return the refusal of a request, or None; who asks is in the headers then, and no secret of ours any more.

        Parameters
        ----------
        path
            As it came, with the public prefix if it has one.
        """
        passed = headers.pop(PASS_HEADER, "")
        if not self.private:
            if is_client_token(headers.get("Authorization", "")):
                del headers["Authorization"]
            return None
        authorization = headers.pop("Authorization", "")
        if path in _OPEN:
            return None
        name = SERVER_CLIENT if _same(passed, self._pass) else self._client(authorization)
        if name is None:
            return self._refusal
        headers[CLIENT_HEADER] = name
        return None

    def seen(self, name: str) -> None:
        """Note that a client's request was let in."""
        if name in self._clients:
            self._used[name] = self._clock()

    def _client(self, authorization: str) -> str | None:
        name, token = credentials(authorization) or ("", "")
        known, expires = self._clients.get(name, ("", None))
        if not _same(known, hash_token(token)) or (expires is not None and self._clock() >= expires):
            return None
        return name

    # ------------------------------------------------------------------ how that changes

    def take(self, document: bytes, *, anew: bool = False) -> None:
        """Take over what is told, unless something newer is known; ``ValueError`` and the like for what is no such.

        Parameters
        ----------
        anew
            What is known is not to be compared with: it was told by a key of before.
        """
        told = json.loads(document)
        if later := later_format(told):
            # It may let in fewer than it seems to.
            raise ValueError(f"it is of format {later}, and this runner knows {FORMAT}: use a later runner image")
        version, private = int(told["version"]), bool(told["private"])
        clients = {
            str(name): (str(one["hash"]), _moment(one.get("expires_at"))) for name, one in told["clients"].items()
        }
        if anew or version > self.version:
            self.version, self.private, self._clients = version, private, clients
            self._used = {name: when for name, when in self._used.items() if name in clients}
            self._document = document.decode()

    def look(self) -> None:
        """Read what is mounted, where that is something else than before."""
        found = (self._folder / _DOCUMENT).stat()
        if (found.st_ino, found.st_mtime_ns) == self._read:
            return
        # The kubelet changes all files at once, by another folder: key and document must be of the same.
        folder = (self._folder / _DOCUMENT).resolve().parent
        key, document = (folder / _KEY).read_text(encoding="utf-8").strip(), (folder / _DOCUMENT).read_bytes()
        if not key:
            raise ValueError("the key is empty")
        self.take(document, anew=key != self._key)
        if key != self._key:
            self._key, self._pass = key, server_pass(key)
        self._read = (found.st_ino, found.st_mtime_ns)

    async def watch(self) -> None:
        """Look again and again; what can't be read then changes nothing."""
        told = ""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                self.look()
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as unusable:
                if str(unusable) != told:
                    told = str(unusable)
                    print(f"who may call can't be read anew: {told}", file=sys.stderr)

    def routes(self, others: Routes) -> Routes:
        """Return the routes of a replica with those by which servers tell and ask, and by which a cluster does."""
        return {**others, PATH: Route("POST", self._told), GUARDED_PATH: others[_READY]}

    def _told(self, request: Request) -> Response:
        given = request.headers.get(SIGNATURE_HEADER, "")
        if not _same(given, signature(self._key, request.body)):
            return error(WRONG_KEY, 403)
        try:
            self.take(request.body)
            asked = {DOCUMENT: self._document} if json.loads(request.body).get(ASKED) else {}
        except (ValueError, KeyError, TypeError, AttributeError) as unusable:
            return error(f"this says nothing of callers: {unusable}", 400)
        return answer({"version": self.version, "private": self.private, "used": self._used, **asked})


def callers_of(folder: str, realm: str) -> Callers | None:
    """Return who may call by what is mounted; None where nothing is."""
    return Callers(Path(folder), realm) if folder else None


def _same(given: str, known: str) -> bool:
    # As bytes: texts are compared in constant time only where they are ASCII.
    return hmac.compare_digest(given.encode(), known.encode())


def _moment(text: Any) -> float | None:
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
