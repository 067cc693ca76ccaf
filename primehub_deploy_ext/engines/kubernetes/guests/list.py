"""Who may call a private endpoint, as it is written in a Secret of the deployment. Pure.

Replicas mount its key and its document (``runner/container/callers.py``); when clients were last used, which only
people want to know, is beside them.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from primehub_deploy_ext.domain.clients import Client
from primehub_deploy_ext.domain.errors import AlreadyExists, EngineUnavailable, NotFound
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.runner.access import FORMAT, later_format

Json = dict[str, Any]

_USED = "used.json"
_KEY_BYTES = 32


@dataclass(frozen=True)
class Guests:
    """Whom the replicas of one deployment let in.

    Parameters
    ----------
    version
        Counts the changes: of two, replicas take the newer.
    private, revision
        Whether clients alone may call, and the revision of the deployment that said so.
    clients
        By name, each with the hash of its token.
    """

    version: int = 1
    private: bool = False
    revision: int = 1
    clients: Mapping[str, tuple[Client, str]] = field(default_factory=dict)

    def document(self) -> bytes:
        """Return it as replicas read it."""
        clients = {
            name: {**client.model_dump(mode="json", exclude={"name", "last_used_at"}), "hash": hashed}
            for name, (client, hashed) in sorted(self.clients.items())
        }
        state = {"version": self.version, "private": self.private, "revision": self.revision, "clients": clients}
        return json.dumps({"format": FORMAT, **state}, separators=(",", ":")).encode()

    def shut(self, revision: int, *, private: bool) -> Guests:
        """Return it once the endpoint is private, or public; the same where it is already, or a later revision rules.

        Two objects can't be written at once: one that is made private says so here first. Whoever compares the two
        meanwhile knows by the number not to undo it.
        """
        if private == self.private or revision < self.revision:
            return self
        return replace(self, private=private, revision=revision, version=self.version + 1)

    def having(self, client: Client, hashed: str) -> Guests:
        """Return it with one more client; ``AlreadyExists`` if the name is taken."""
        if client.name in self.clients:
            raise AlreadyExists(
                f"there is a client {client.name!r} already: choose another name, or revoke that one first",
                fields=[{"field": "name", "message": "taken"}],
            )
        return replace(self, clients={**self.clients, client.name: (client, hashed)}, version=self.version + 1)

    def without(self, name: str) -> Guests:
        """Return it without a client; ``NotFound`` if there is none of this name."""
        if name not in self.clients:
            raise NotFound(f"there is no client {name!r}")
        rest = {other: client for other, client in self.clients.items() if other != name}
        return replace(self, clients=rest, version=self.version + 1)

    def used(self, times: Mapping[str, datetime]) -> list[Client]:
        """Return the clients by name, each with when it was used last; the newest of what is told counts."""
        found = []
        for name, (client, _) in sorted(self.clients.items()):
            known = [when for when in (client.last_used_at, times.get(name)) if when is not None]
            # Somebody of that name who was revoked before is somebody else.
            known = [when for when in known if when >= client.created_at]
            found.append(client.model_copy(update={"last_used_at": max(known, default=None)}))
        return found


def new_key() -> str:
    """Return a key by which replicas know what servers tell them."""
    return secrets.token_urlsafe(_KEY_BYTES)


def new_secret(id: str, name: str, namespace: str, guests: Guests, key: str = "") -> Json:
    """Return the Secret of a deployment that has none; with a key of its own where none is given."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "labels": words.owned(id, "access")},
        "type": "Opaque",
        "stringData": {
            words.ACCESS_KEY: key or new_key(),
            words.ACCESS_DOCUMENT: guests.document().decode(),
        },
    }


def read_guests(secret: Mapping[str, Any]) -> Guests:
    """Read them off the Secret; see :func:`guests_of`."""
    return guests_of(_text(secret, words.ACCESS_DOCUMENT), json.loads(_text(secret, _USED) or "{}"))


def guests_of(document: str, times: Mapping[str, Any]) -> Guests:
    """Read them off what replicas are told, and when each was used last.

    Raises
    ------
    EngineUnavailable
        If a later version of ours wrote it: that is not broken, and must not be written anew.
    ValueError, KeyError, TypeError, AttributeError
        If somebody broke it.
    """
    body = json.loads(document)
    if later := later_format(body):
        raise EngineUnavailable(
            f"who may call this endpoint is kept in a format ({later}) of a later primehub-deploy-ext than this server "
            f"has, which knows {FORMAT}: it is left as it is. Update primehub-deploy-ext on this server"
        )
    clients = {}
    for name, one in body["clients"].items():
        hashed = one.pop("hash")
        clients[name] = (Client.model_validate({"name": name, "last_used_at": times.get(name), **one}), hashed)
    return Guests(body["version"], body["private"], body["revision"], clients)


def key_of(secret: Mapping[str, Any]) -> str:
    """Return the key by which replicas know what servers tell them."""
    return _text(secret, words.ACCESS_KEY)


def read_if_sound(secret: Mapping[str, Any]) -> Guests | None:
    """Return whom a Secret lets in; None where somebody broke what says it. See :func:`guests_of` for later formats."""
    try:
        return read_guests(secret)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def without_uses(secret: Mapping[str, Any]) -> Json:
    """Return a Secret as if nobody had called yet: whom it lets in does not hang on when they did."""
    data = secret.get("data") or {}
    return {**secret, "data": {name: text for name, text in data.items() if name != _USED}}


def key_if_sound(secret: Mapping[str, Any]) -> str:
    """Return the key of a Secret; empty where somebody broke it."""
    try:
        return key_of(secret).strip()
    except ValueError:
        return ""


def mended_patch(secret: Mapping[str, Any], guests: Guests, key: str) -> Json:
    """Return what makes a Secret that somebody broke a whole one, unless somebody was faster."""
    patch = guests_patch(secret, guests)
    patch["data"] |= {words.ACCESS_KEY: base64.b64encode(key.encode()).decode(), _USED: None}
    return patch


def guests_patch(secret: Mapping[str, Any], guests: Guests) -> Json:
    """Return what makes the Secret say this, unless somebody was faster."""
    return _patch(secret, words.ACCESS_DOCUMENT, guests.document().decode())


def used_patch(secret: Mapping[str, Any], clients: list[Client]) -> Json:
    """Return what makes the Secret say when clients were used last."""
    times = {client.name: client.last_used_at.isoformat() for client in clients if client.last_used_at}
    return _patch(secret, _USED, json.dumps(times, separators=(",", ":")))


def _patch(secret: Mapping[str, Any], name: str, text: str) -> Json:
    data = {name: base64.b64encode(text.encode()).decode()}
    return {"metadata": {"resourceVersion": secret["metadata"]["resourceVersion"]}, "data": data}


def _text(secret: Mapping[str, Any], name: str) -> str:
    return base64.b64decode((secret.get("data") or {}).get(name, "")).decode()
