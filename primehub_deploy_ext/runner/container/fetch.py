"""Gets the artifact from where the order says, and makes sure that it is the one that was deployed."""

from __future__ import annotations

import hashlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from primehub_deploy_ext.runner.failure import ReplicaFailedError, one_line

# The value of the header of that name, for artifacts that are behind HTTP authentication.
AUTHORIZATION = "PRIMEHUB_DEPLOY_ARTIFACT_AUTHORIZATION"
# Object stores, whose credentials are taken from the variables of their own tools: AWS_ACCESS_KEY_ID, say.
_OBJECTS = ("s3", "gs", "az")
_CHUNK = 1 << 20
_TIMEOUT = 60.0
# A pod may be up before its network, and a store may be restarted.
_PAUSES = (0.5, 1.0, 2.0, 4.0)
# The store's last word on the matter: asking again changes nothing.
_FINAL = {400, 401, 403, 404, 405, 410}
_REFUSALS = {"PermissionDeniedError", "UnauthenticatedError"}


def fetch(url: str, digest: str, folder: Path) -> Path:
    """Return the artifact as a file whose bytes have the digest.

    Parameters
    ----------
    url
        A path or a URL; what is a file already is used where it is.
    digest
        SHA-256 in hexadecimal.
    folder
        Where to put what comes from elsewhere.

    Raises
    ------
    ReplicaFailedError
        ``ArtifactMissing``, with what the store said.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        path = Path(unquote(parts.path) if parts.scheme else url)
        try:
            with path.open("rb") as file:
                found = _digest_of(file)
        except OSError as error:
            raise _missing(f"the artifact {path} can't be read: {error.strerror}") from error
    else:
        path = folder / digest
        found = _download(url, parts.scheme, path)
    if found != digest:
        path_or_url = path if parts.scheme in ("", "file") else url
        raise _missing(f"the artifact {path_or_url} is not what was deployed: its SHA-256 is {found}, not {digest}")
    return path


def _download(url: str, scheme: str, path: Path) -> str:
    last: Exception | None = None
    for pause in (*_PAUSES, None):
        try:
            seen = hashlib.sha256()
            with path.open("wb") as file:
                for chunk in _chunks(url, scheme):
                    seen.update(chunk)
                    file.write(chunk)
            return seen.hexdigest()
        except (FileNotFoundError, PermissionError) as error:
            raise _missing(f"the artifact {url} can't be fetched: {one_line(error)}") from error
        except (ImportError, ValueError) as error:
            message = f"the artifact {url} can't be fetched: this image can't read {scheme}:// ({error})"
            raise _missing(message) from error
        except urllib.error.HTTPError as error:
            last = error
            if error.code in _FINAL:
                break
        except Exception as error:  # noqa: BLE001 (each store has exceptions of its own)
            last = error
            if type(error).__name__ in _REFUSALS:
                break
        if pause is not None:
            print(f"the artifact {url} can't be fetched: {one_line(last)}; again in {pause:g} s")
            time.sleep(pause)
    assert last is not None  # noqa: S101 (else it has returned)
    raise _missing(f"the artifact {url} can't be fetched: {one_line(last)}") from last


def _chunks(url: str, scheme: str) -> Iterator[bytes]:
    if scheme in ("http", "https"):
        request = urllib.request.Request(url)  # noqa: S310 (the scheme is known here)
        if secret := os.environ.get(AUTHORIZATION):
            # Unredirected: a store that sends elsewhere must not give the secret away.
            request.add_unredirected_header("Authorization", secret)
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as source:  # noqa: S310
            yield from _read(source)
    elif scheme in _OBJECTS:
        yield from _objects(url)
    else:
        import fsspec

        with fsspec.open(url, "rb") as source:
            yield from _read(source)


def _objects(url: str) -> Iterator[bytes]:
    try:
        from obstore.store import from_url
    except ImportError:
        import fsspec

        with fsspec.open(url, "rb") as source:
            yield from _read(source)
        return
    if os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"):
        os.environ.setdefault("AWS_ALLOW_HTTP", "true")
    folder, _, name = url.rpartition("/")
    yield from map(bytes, from_url(folder).get(name).stream())


def _read(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _digest_of(source: IO[bytes]) -> str:
    seen = hashlib.sha256()
    for chunk in _read(source):
        seen.update(chunk)
    return seen.hexdigest()


def _missing(message: str) -> ReplicaFailedError:
    return ReplicaFailedError("ArtifactMissing", message)
