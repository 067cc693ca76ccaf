"""Content-addressed store of models: a file per SHA-256, written once, never changed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from primehub_deploy_ext.domain.errors import InvalidInput

_DIGEST = re.compile(r"[0-9a-f]{64}")


class ArtifactStore:
    """Artifacts below one folder.

    Parameters
    ----------
    root
        The folder; artifacts lie in ``<root>/<first two digits>/<digest>``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, digest: str) -> Path:
        """Where the artifact is, or would be."""
        if not _DIGEST.fullmatch(digest):
            raise InvalidInput(
                "an artifact is named by the 64 hexadecimal digits of its SHA-256",
                fields=[{"field": "artifact", "message": "64 lower-case hexadecimal digits"}],
            )
        return self._root / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Tell whether it is stored; whoever asks is about to use it, so it is kept for another while."""
        try:
            os.utime(self.path(digest))
        except FileNotFoundError:
            return False
        return True

    async def put(self, digest: str, chunks: AsyncIterator[bytes]) -> int:
        """Store the bytes under their digest and return their number.

        Raises
        ------
        InvalidInput
            If the bytes have another digest; nothing is kept.
        """
        target = self.path(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".incoming-", dir=target.parent)
        temporary = Path(name)
        seen, size = hashlib.sha256(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in chunks:
                    seen.update(chunk)
                    size += len(chunk)
                    await asyncio.to_thread(file.write, chunk)
                file.flush()
                # Acknowledged means that it survives a power cut.
                await asyncio.to_thread(os.fsync, file.fileno())
            if seen.hexdigest() != digest:
                raise InvalidInput(
                    f"the {size} bytes received have the SHA-256 {seen.hexdigest()}, not {digest}: send them again",
                    fields=[{"field": "artifact", "message": "does not match the bytes"}],
                )
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return size

    def keep_only(self, digests: Iterable[str], *, older_than: float) -> int:
        """Remove artifacts that nothing refers to and that are unchanged since ``older_than`` (Unix time)."""
        wanted, removed = set(digests), 0
        for file in self._root.glob("??/*"):
            with contextlib.suppress(OSError):
                if file.name not in wanted and file.stat().st_mtime < older_than:
                    file.unlink()
                    removed += 1
        return removed
