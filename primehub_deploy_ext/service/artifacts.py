"""Artifacts: the bytes of models, by their SHA-256."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.engines.base import Engine

_DIGEST = re.compile(r"[0-9a-f]{64}")


class ArtifactService:
    """What callers can do with artifacts.

    Whoever may use the server may store and look for artifacts: a digest can't be guessed, and an artifact
    can't be read back.

    Parameters
    ----------
    engine
        Where they are stored.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def exists(self, digest: str) -> bool:
        """Tell whether the artifact is stored."""
        check_digest(digest)
        return await self._engine.has_artifact(digest)

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> int:
        """Store the bytes and return their number; ``InvalidInput`` if they have another digest."""
        check_digest(digest)
        return await self._engine.put_artifact(digest, chunks)


def check_digest(digest: str) -> None:
    """Refuse what can't be the name of an artifact."""
    if not _DIGEST.fullmatch(digest):
        rule = "must be the 64 lower-case hexadecimal digits of a SHA-256"
        raise InvalidInput(f"sha256: {rule}", fields=[{"field": "sha256", "message": rule}])
