"""Calls a deployment's endpoint as any other caller would, and writes the same call down for a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from primehub_deploy_ext.client.transport import Reply, Transport
from primehub_deploy_ext.domain.errors import (
    DeployError,
    EngineUnavailable,
    InvalidInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    UpstreamFailed,
)

Json = dict[str, Any]

_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def infer_url(deployment: Json) -> str:
    """Return the address of the Open Inference Protocol's infer route of a deployment."""
    return f"{deployment['endpoint']}v2/models/{deployment['id']}/infer"


class Endpoint:
    """One deployment's endpoint; keeps its connection.

    Parameters
    ----------
    deployment
        As the server gave it.
    """

    def __init__(self, deployment: Json) -> None:
        self._id = deployment["id"]
        self._transport = Transport(deployment["endpoint"], _JSON)

    def infer(self, request: Json, timeout: float, token: str | None = None) -> Json:
        """Send an inference request; a connection that is dropped is tried once more.

        Parameters
        ----------
        token
            Of a client, where the endpoint is private.

        Raises
        ------
        InvalidInput
            The model can't take the data.
        UpstreamFailed
            The model raised; with its words.
        EngineUnavailable
            The deployment is stopped, or none of its replicas is ready.
        Unauthenticated
            The endpoint is private, and the token is none of its clients'.
        """
        body = json.dumps(request, ensure_ascii=False).encode()
        path = f"v2/models/{self._id}/infer"
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self._value(
            self._transport.request("POST", path, body=body, headers=headers, timeout=timeout, retry=True)
        )

    def answered(self, prediction: Json) -> Json:
        """Return the answer of the endpoint that the server passed on; raises what :meth:`infer` raises."""
        body = json.dumps(prediction["body"], ensure_ascii=False).encode()
        return self._value(Reply(prediction["status"], {"content-type": prediction["content_type"]}, body))

    def _value(self, reply: Reply) -> Json:
        if reply.status != 200:
            raise self._error(reply)
        try:
            return reply.json()  # type: ignore[no-any-return]
        except ValueError as error:
            raise UpstreamFailed(f"the endpoint of {self._id} answered with what is not JSON") from error

    def _error(self, reply: Reply) -> DeployError:
        code, message = _explanation(reply)
        status = reply.status
        if status in (400, 422):
            return InvalidInput(f"{self._id} can't take this: {message}")
        if status in (401, 403):
            return Unauthenticated(
                f"the endpoint of {self._id} is private, and this token is none of its clients' (or revoked, or "
                "expired): leave token out to go through the server, or add a client with .add_client(name)"
            )
        if status == 404:
            return NotFound(f"there is no deployment {self._id} at {self._transport.url}: {message}")
        if status == 413:
            return TooLarge(f"the request is too large for the endpoint of {self._id}: {message}; send fewer rows")
        if status == 503 and code == "stopped":
            return EngineUnavailable(f"{self._id} is stopped: start it with .start()")
        if status == 503:
            return EngineUnavailable(f"no replica of {self._id} is ready: {message}; see .status and .logs()")
        return UpstreamFailed(f"{self._id} answered {status}: {message}", details={"status": status})


def _explanation(reply: Reply) -> tuple[str, str]:
    """Return code and message of an error of the gateway or of a replica."""
    try:
        error = reply.json()["error"]
    except (ValueError, KeyError, TypeError):
        return "", reply.body[:500].decode("utf-8", "replace").strip() or "(no explanation)"
    if isinstance(error, Mapping):
        return str(error.get("code", "")), str(error.get("message") or error.get("code") or error)
    return "", str(error)


def client_command(deployment: Json, login: str) -> str:
    """Return a shell command that calls a private endpoint: with the recorded example, else asking whether it is ready.

    Parameters
    ----------
    login
        Client and token.
    """
    private = {**deployment, "spec": {**deployment["spec"], "access": "private"}}
    if private["spec"]["model"].get("example") is not None:
        return curl_command(private, login)
    return f"curl -sS -u {shlex.quote(login)} {shlex.quote(deployment['endpoint'])}v2/models/{deployment['id']}/ready"


def curl_command(deployment: Json, login: str = "<client>:<token>") -> str:
    """Return a shell command that sends the model's recorded example to the endpoint; of an image, one that asks it.

    Parameters
    ----------
    login
        Client and token, used where the endpoint is private.

    Raises
    ------
    InvalidInput
        When the model was deployed without an example.
    """
    private = deployment["spec"].get("access") == "private"
    user = f"-u {shlex.quote(login)} " if private else ""
    model = deployment["spec"]["model"]
    if not model.get("artifact"):
        # Paths and bodies are the image's own.
        return f"curl -sS {user}{shlex.quote(deployment['endpoint'])}"
    example = model.get("example")
    if example is None:
        raise InvalidInput(
            f"{deployment['id']} was deployed without an example: deploy or update it with example=… "
            "(a few rows as the model takes them)"
        )
    data = shlex.quote(json.dumps(example, ensure_ascii=False))
    return f"curl -sS {user}{shlex.quote(infer_url(deployment))} -H 'Content-Type: application/json' -d {data}"
