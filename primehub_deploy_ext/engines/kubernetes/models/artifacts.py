"""Content-addressed store of models where pods reach it: an object per SHA-256, written once, never changed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

from primehub_deploy_ext.domain.errors import EngineUnavailable, InvalidInput
from primehub_deploy_ext.engines.kubernetes.models.storage import Storage, open_storage

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SPOOLED_IN_MEMORY = 16 * 1024 * 1024
# Where it is noted when an artifact was asked for last.
_ASKED = "asked"


def path_below(digest: str) -> str:
    """Return the path of an artifact below the root, for whoever mounts it elsewhere.

    Raises
    ------
    InvalidInput
        If it is no SHA-256.
    """
    if not _DIGEST.fullmatch(digest):
        raise InvalidInput(
            "an artifact is named by the 64 hexadecimal digits of its SHA-256",
            fields=[{"field": "artifact", "message": "64 lower-case hexadecimal digits"}],
        )
    return f"{digest[:2]}/{digest}"


class ArtifactStore:
    """Artifacts below one root.

    Parameters
    ----------
    root
        A path or a URL (see :func:`~primehub_deploy_ext.engines.kubernetes.models.storage.open_storage`).
    options
        For the implementation behind the URL.
    """

    def __init__(self, root: str, options: Mapping[str, Any] | None = None) -> None:
        self.root = root
        self._options = options
        self._opened: Storage | None = None

    def storage(self) -> Storage:
        """Return what is below the root; ``EngineUnavailable`` if it can't be read here."""
        if self._opened is None:
            self._opened = open_storage(self.root, self._options)
        return self._opened

    def url(self, digest: str) -> str:
        """Return where the artifact is, or would be."""
        return f"{self.storage().url.rstrip('/')}/{path_below(digest)}"

    async def has(self, digest: str) -> bool:
        """Tell whether it is stored; whoever asks is about to use it, so it is kept for another while."""
        return await asyncio.to_thread(self._has, path_below(digest), digest)

    def _has(self, key: str, digest: str) -> bool:
        storage = self.storage()
        found = storage.has(key)
        if found:
            # Where nothing can be written, nothing is removed either; or it is deployed before anybody sweeps.
            with contextlib.suppress(EngineUnavailable, OSError):
                storage.write(f"{_ASKED}/{digest}", b"")
        return found

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> int:
        """Store the bytes under their digest and return their number.

        Raises
        ------
        InvalidInput
            If the bytes have another digest; nothing is kept.
        EngineUnavailable
            If the store can't be written to, with what it said.
        """
        key = path_below(digest)
        seen, size = hashlib.sha256(), 0
        # Not there before it was checked: nobody may ever read, under a digest, what doesn't have it.
        with tempfile.NamedTemporaryFile(prefix="incoming-") as spool:
            async for chunk in chunks:
                seen.update(chunk)
                size += len(chunk)
                await asyncio.to_thread(spool.write, chunk)
            spool.flush()
            if seen.hexdigest() != digest:
                raise InvalidInput(
                    f"the {size} bytes received have the SHA-256 {seen.hexdigest()}, not {digest}: send them again",
                    fields=[{"field": "artifact", "message": "does not match the bytes"}],
                )
            await asyncio.to_thread(self.storage().put, Path(spool.name), key)
        return size

    async def keep_only(self, digests: Iterable[str], *, older_than: float) -> int:
        """Remove artifacts that nothing refers to and that nobody stored or asked for since ``older_than`` (Unix time).

        Only for who knows all that refer to this root: another cluster's servers may share it.
        """
        return await asyncio.to_thread(self._keep_only, set(digests), older_than)

    def _keep_only(self, wanted: set[str], older_than: float) -> int:
        storage, removed = self.storage(), 0
        asked = storage.inside(_ASKED)
        for number in range(256):
            folder = f"{number:02x}"
            for key, stored in storage.inside(folder).items():
                digest = key.rpartition("/")[2]
                note = f"{_ASKED}/{digest}"
                if digest in wanted or max(stored, asked.get(note, 0.0)) >= older_than:
                    continue
                # Looking through all of them takes a while, in which somebody may have asked.
                if storage.inside(_ASKED).get(note, 0.0) >= older_than:
                    continue
                storage.remove(key)
                removed += 1
        for note, when in asked.items():
            if when < older_than:
                with contextlib.suppress(EngineUnavailable, OSError):
                    storage.remove(note)
        return removed


async def check_root(store: ArtifactStore) -> str:
    """Return why models can't be stored there; empty when they can."""

    def tried() -> str:
        try:
            storage, key = store.storage(), f"{_ASKED}/.check"
            storage.write(key, str(time.time()).encode())
            storage.remove(key)
        except EngineUnavailable as error:
            return error.message
        return ""

    return await asyncio.to_thread(tried)
