"""The token of those who scrape: random, kept as a hash, compared in constant time. Pure but for the dice."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

SHORTEST = 16
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


def new_token() -> str:
    """Return a token that nobody can guess."""
    return f"phm-{secrets.token_urlsafe(32)}"


def hash_of(token: str) -> str:
    """Return what may be written down instead of a token: it is random, so that one round of SHA-256 is enough."""
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


def as_hash(configured: str) -> str:
    """Return the hash of what somebody configured: a token in the clear, or its hash already.

    Raises
    ------
    ValueError
        If it is too short to be kept secret.
    """
    text = configured.strip()
    if _HASH.fullmatch(text):
        return text
    if len(text) < SHORTEST:
        raise ValueError(f"a token for scraping has at least {SHORTEST} characters")
    return hash_of(text)


def admits(authorization: str, hashes: Iterable[str]) -> bool:
    """Tell whether an ``Authorization`` header carries one of the tokens, in a time that tells nothing about them."""
    scheme, _, sent = authorization.partition(" ")
    known = False
    offered = hash_of(sent.strip())
    for expected in hashes:
        known |= hmac.compare_digest(offered, expected)
    return known and scheme.lower() == "bearer"
