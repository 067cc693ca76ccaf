"""How replicas of a cluster are told who may call them: the words that a server and a replica share.

The document is JSON: ``format``, ``version``, ``private``, and ``clients`` by name, each with the SHA-256 of its token
and perhaps the time at which it expires. A fast, unsalted hash is sound for 256 random bits: they can't be guessed from
it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

FORMAT = 1
"""Of the document, beside its ``version``, which counts its changes. Whoever meets a later one leaves it alone."""
PATH = "/v2/access"
GUARDED_PATH = "/v2/health/guarded"
"""Answers as ``/v2/health/ready`` does, where callers are checked; a runner that checks nobody has no such path."""
SIGNATURE_HEADER = "X-Primehub-Deploy-Signature"
WRONG_KEY = "this is not signed with the deployment's key"
"""What a replica answers (403) whose key is another: somebody replaced it, and its kubelet has not brought it yet."""
ASKED, DOCUMENT = "asks", "document"
"""Who sends a document of version 0 with the first of these true is told what the replica goes by, in the second."""
# Not ``Authorization``: the proxy of a Kubernetes API server keeps that for itself.
PASS_HEADER = "X-Primehub-Deploy-Pass"  # noqa: S105 -- the name of a header
SERVER_CLIENT = "primehub-deploy.server"
"""The name under which servers call; no client can have it, since it contains a dot."""

_TOKEN = re.compile(r"[a-z_][a-z0-9_-]*\.[A-Za-z0-9_-]{43}")


def later_format(document: Mapping[str, Any]) -> int:
    """Return the format of a document that only a later version of ours can read; 0 where this one can.

    Raises
    ------
    ValueError
        If what says the format is no such number.
    """
    found = document.get("format", FORMAT)  # there was no number at first
    if not isinstance(found, int) or found < FORMAT:
        raise ValueError(f"{found!r} is no format")
    return found if found > FORMAT else 0


def credentials(authorization: str) -> tuple[str, str] | None:
    """Return the name and the token that an ``Authorization`` header gives; None where it gives none.

    A token begins with its client's name and a dot, and is as a whole the password of that name.
    """
    scheme, _, rest = authorization.partition(" ")
    scheme, rest = scheme.lower(), rest.strip()
    if scheme == "bearer":
        return rest.partition(".")[0], rest
    if scheme != "basic":
        return None
    try:
        name, _, token = base64.b64decode(rest, validate=True).decode().partition(":")
    except ValueError:
        # No base64, or no text in it; where it is not even ASCII, the module raises nothing more special.
        return None
    return name, token


def is_client_token(authorization: str) -> bool:
    """Tell whether a header has the form of a client's token: a public endpoint passes on all others.

    Somebody may go on sending one that he was given while the endpoint was private: it is no business of the model.
    """
    found = credentials(authorization)
    return found is not None and (_TOKEN.fullmatch(found[1]) is not None or found[0] == SERVER_CLIENT)


def hash_token(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def signature(key: str, document: bytes) -> str:
    """Return what shows that a document is from somebody who has the deployment's key."""
    return hmac.new(key.encode(), b"access:" + document, hashlib.sha256).hexdigest()


def server_pass(key: str) -> str:
    """Return by what a replica knows a server; the key itself never goes over the line."""
    return base64.urlsafe_b64encode(hmac.digest(key.encode(), b"server", "sha256")).decode().rstrip("=")
