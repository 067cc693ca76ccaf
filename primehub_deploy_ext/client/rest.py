"""The REST API of the server extension, one method per route; JSON values in and out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.client.discovery import Server
from primehub_deploy_ext.client.errors import ExtensionMissing, ServerUnreachable, UnexpectedAnswer
from primehub_deploy_ext.client.transport import LineStream, Reply, Transport
from primehub_deploy_ext.domain.errors import DeployError, Forbidden, TooLarge, TooManyRequests, Unauthenticated

PREFIX = "primehub-deploy/v1/"
_NDJSON = "application/x-ndjson"
_UPLOAD_TIMEOUT = 300.0

Json = dict[str, Any]

_NOT_OURS = "a login page, a server that was stopped (JupyterHub), a proxy, or not the base URL of the Jupyter server"


class RestClient:
    """Calls the server extension; every failure is a :class:`~primehub_deploy_ext.domain.errors.DeployError`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        # The audit log of the server tells notebooks from browsers by it.
        headers = {"Accept": "application/json", "User-Agent": f"primehub-deploy-ext/{__version__}"}
        if server.token:
            headers["Authorization"] = f"token {server.token}"
        else:
            # Without a token Jupyter wants proof that no web page sent the request: a cookie and a header that agree.
            proof = secrets.token_hex(16)
            headers |= {"Cookie": f"_xsrf={proof}", "X-XSRFToken": proof}
        self._transport = Transport(server.url, headers, sock=server.sock, verify=not server.own)

    # ------------------------------------------------------------------ reading

    def get(self, path: str, *, timeout: float = 30.0, **query: Any) -> Any:
        """GET a route below the prefix."""
        return self._call("GET", path, query=query, timeout=timeout)

    def deployment(self, id: str, *, timeout: float = 30.0) -> Json:
        """One deployment."""
        return self._call("GET", _path(id), timeout=timeout)  # type: ignore[no-any-return]

    def deployments(self, *, limit: int | None = None, timeout: float = 30.0, **query: Any) -> Iterator[Json]:
        """All deployments that match, over all pages."""
        given = 0
        while True:
            page = self.get("deployments", timeout=timeout, limit=None if limit is None else limit - given, **query)
            yield from page["items"]
            given += len(page["items"])
            if not page.get("continue_token") or (limit is not None and given >= limit):
                return
            query["continue"] = page["continue_token"]

    def items(self, id: str, what: str) -> list[Json]:
        """``revisions``, ``replicas``, ``events`` or ``clients`` of a deployment."""
        return list(self.get(f"{_path(id)}/{what}")["items"])

    def metrics(self, id: str, range: str) -> Json:
        """Return what was measured of a deployment, as columns."""
        return dict(self.get(f"{_path(id)}/metrics", range=range))

    def revision(self, id: str, number: int, *, timeout: float = 10.0) -> Json:
        """One revision."""
        return self._call("GET", f"{_path(id)}/revisions/{number}", timeout=timeout)  # type: ignore[no-any-return]

    def logs(self, id: str, *, follow: bool = False, timeout: float | None = None, **query: Any) -> Iterator[Json]:
        """Log lines in order of time; with ``follow`` until the caller stops."""
        # A model may be silent for hours: only following may wait that long.
        timeout = timeout or (24 * 3600.0 if follow else 30.0)
        stream = self._stream(f"{_path(id)}/logs", {**query, "follow": 1 if follow else None}, timeout)
        try:
            for line in stream:
                yield _parse_line(line)
        finally:
            stream.close()

    def watch(self, resource_version: int | None = None) -> LineStream:
        """Open the stream of changes of all deployments; its lines are JSON."""
        return self._stream("watch", {"resource_version": resource_version}, 45.0)

    # ------------------------------------------------------------------ changing

    def create(self, body: Json) -> Json:
        """Create a deployment."""
        return self._call("POST", "deployments", body=body)  # type: ignore[no-any-return]

    def update(self, id: str, body: Json) -> Json:
        """Change fields of a deployment."""
        return self._call("PATCH", _path(id), body=body)  # type: ignore[no-any-return]

    def predict(self, id: str, body: Json, *, timeout: float) -> Json:
        """Send a request to the endpoint through the server; returns ``Prediction``."""
        # The server waits for the endpoint, and has its own say after that.
        return self._call("POST", f"{_path(id)}:predict", body=body, timeout=timeout + 5)  # type: ignore[no-any-return]

    def add_client(self, id: str, body: Json) -> Json:
        """Let a client call a private endpoint; returns it with its token."""
        return self._call("POST", f"{_path(id)}/clients", body=body)  # type: ignore[no-any-return]

    def remove_client(self, id: str, name: str) -> None:
        """Revoke a client."""
        self._call("DELETE", f"{_path(id)}/clients/{quote(name, safe='')}")

    def act(self, id: str, action: str, body: Json) -> Json:
        """Do ``stop``, ``start``, ``restart``, ``scale`` or ``rollback``."""
        return self._call("POST", f"{_path(id)}:{action}", body=body)  # type: ignore[no-any-return]

    def delete(self, id: str) -> None:
        """Remove a deployment; returns when its endpoint is gone."""
        self._call("DELETE", _path(id), timeout=90.0)

    def warm(self, body: Json, *, timeout: float) -> None:
        """Ask for a launcher to be prepared."""
        self._call("POST", "warm", body=body, timeout=timeout)

    def drift(self, question: Json, *, timeout: float = 10.0) -> Json:
        """Ask how an image differs from what a model was made with; returns ``DriftAnswer``."""
        return self._call("POST", "drift", body=question, timeout=timeout)  # type: ignore[no-any-return]

    def save_model(self, body: Json) -> Json:
        """Keep a stored model by a name; returns ``SavedModel``."""
        return self._call("POST", "models", body=body)  # type: ignore[no-any-return]

    def forget_model(self, number: int) -> None:
        """Remove a saved model."""
        self._call("DELETE", f"models/{number}")

    def has_artifact(self, digest: str) -> bool:
        """Tell whether the artifact is stored.

        An answer to HEAD has no words: what is refused here (no place for models, an extension that is missing) is
        refused again, with the reason, when the artifact is sent.
        """
        reply = self._transport.request("HEAD", f"{PREFIX}artifacts/{digest}")
        if reply.status >= 400:
            return False
        self._check(reply)
        return True

    def put_artifact(self, digest: str, file: IO[bytes], size: int) -> None:
        """Upload an artifact, in blocks."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        path = f"{PREFIX}artifacts/{digest}"
        self._value(
            self._transport.request("PUT", path, body=file, headers=headers, timeout=_UPLOAD_TIMEOUT),
        )

    # ------------------------------------------------------------------ answers

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        timeout: float = 30.0,
    ) -> Any:
        data, headers = None, {}
        if body is not None:
            data, headers = _dumps(body), {"Content-Type": "application/json"}
        return self._value(
            self._transport.request(method, PREFIX + path, query=query, body=data, headers=headers, timeout=timeout)
        )

    def _stream(self, path: str, query: Mapping[str, Any], timeout: float) -> LineStream:
        stream = self._transport.stream(PREFIX + path, query=query, headers={"Accept": _NDJSON}, timeout=timeout)
        if stream.status != 200 or stream.content_type != _NDJSON:
            reply = stream.reply()
            self._check(reply)
            raise self._not_ours(reply)
        return stream

    def _value(self, reply: Reply) -> Any:
        self._check(reply)
        if reply.status == 204 or not reply.body:
            return None
        try:
            return reply.json()
        except ValueError:
            raise self._not_ours(reply) from None

    def _check(self, reply: Reply) -> None:
        if reply.status < 300:
            return
        try:
            body = reply.json()
        except ValueError:
            body = None
        if isinstance(body, dict) and "code" in body:
            if reply.status == 401:
                raise self._unauthenticated()
            raise DeployError.from_dict(body)
        message = str(body.get("message") or "") if isinstance(body, dict) else ""
        url = self.server.url
        if reply.status == 401 or (reply.status == 403 and not self.server.token):
            raise self._unauthenticated()
        if reply.status == 403:
            raise Forbidden(
                f"the Jupyter server at {url} doesn't accept this token"
                + (f": {message}" if message not in ("", "Forbidden") else "")
            )
        if reply.status == 404:
            raise self._missing(reply)
        if reply.status == 413:
            raise TooLarge(f"the server at {url}, or a proxy before it, refuses a body of this size")
        if reply.status == 429:
            raise TooManyRequests(f"the server at {url} has too much to do; try again later")
        raise self._not_ours(reply)

    def _unauthenticated(self) -> Unauthenticated:
        said = "doesn't accept this token" if self.server.token else "wants a token"
        return Unauthenticated(f"the Jupyter server at {self.server.url} {said}: connect(url, token=…)")

    def _missing(self, reply: Reply) -> DeployError:
        """Tell a Jupyter server without our extension from a server that isn't Jupyter."""
        url = self.server.url
        try:
            about = self._transport.request("GET", "api", timeout=5.0)
            is_jupyter = about.status == 200 and "version" in about.json()
        except (ServerUnreachable, ValueError, TypeError):
            is_jupyter = False
        if is_jupyter:
            return ExtensionMissing(
                f"the Jupyter server at {url} runs without primehub_deploy_ext: the server extension is missing or "
                "disabled. In the server's environment run `jupyter server extension enable primehub_deploy_ext`, "
                "and restart the server."
            )
        return self._not_ours(reply)

    def _not_ours(self, reply: Reply) -> UnexpectedAnswer:
        url, status = self.server.url, reply.status
        if 300 <= status < 400:
            where = reply.headers.get("location", "elsewhere")
            return UnexpectedAnswer(f"{url} redirects to {where}: {_NOT_OURS}")
        if reply.content_type == "text/html":
            return UnexpectedAnswer(f"{url} answered {status} with a web page instead of data: {_NOT_OURS}")
        text = reply.body[:200].decode("utf-8", "replace").strip()
        return UnexpectedAnswer(f"{url} answered {status}, and not as this extension does: {text or '(empty)'}")


def upload(rest: RestClient, digest: str, path: Path, size: int) -> bool:
    """Store an artifact unless the server has it; returns whether bytes were sent."""
    if rest.has_artifact(digest):
        return False
    with path.open("rb") as file:
        rest.put_artifact(digest, file, size)
    return True


def _path(id: str) -> str:
    return f"deployments/{quote(id, safe='')}"


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _parse_line(line: bytes) -> Json:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise UnexpectedAnswer(f"a line of the log is not JSON: {line[:80]!r}") from error
    if not isinstance(value, dict):
        raise UnexpectedAnswer(f"a line of the log is not an object: {line[:80]!r}")
    if "code" in value and "text" not in value:  # the server can't change the status of a stream that began
        raise DeployError.from_dict(value)
    return value
