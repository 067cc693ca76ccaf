"""Requests to one pod: by its own address where that is reachable, else through the API server."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError, pod_proxy_path
from primehub_deploy_ext.engines.kubernetes.flavors.base import Json
from primehub_deploy_ext.engines.kubernetes.road import Road, host_of, knock


class PodCalls:
    """Sends requests to pods.

    Parameters
    ----------
    reach
        The setting of this name: ``service`` (by address), ``proxy`` or ``auto``.
    """

    def __init__(self, api: Api, reach: str) -> None:
        self._api = api
        self._road = Road(reach)

    async def post(
        self, pod: Json, path: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> tuple[int, bytes]:
        """Send one request; return status and body.

        Raises
        ------
        UpstreamFailed
            If nobody answers there.
        """
        if self._road.is_open:
            address = (pod.get("status") or {}).get("podIP", "")
            if not address:
                raise UpstreamFailed(f"{pod['metadata']['name']} has no address yet")
            if self._road.only or await _opens(address):
                return await _post(f"http://{host_of(address)}:{words.PORT}{path}", body, headers, timeout)
            self._road.blocked()
        return await self._by_proxy(pod, path, body, headers, timeout)

    async def _by_proxy(
        self, pod: Json, path: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> tuple[int, bytes]:
        metadata = pod["metadata"]
        proxied = pod_proxy_path(metadata["namespace"], metadata["name"], words.PORT, path)
        try:
            answer = await self._api.raw("POST", proxied, body=body, headers=headers, timeout=timeout)
        except ApiError as error:
            raise UpstreamFailed(f"{metadata['name']} did not answer: {error.message}") from error
        if _is_of_the_api_server(answer.status, answer.body):
            said = ApiError.of(answer.status, answer.body).message
            raise UpstreamFailed(f"{metadata['name']} can't be reached through the API server: {said}")
        return answer.status, answer.body


def _is_of_the_api_server(status: int, body: bytes) -> bool:
    """Tell whether an answer is the API server's own and none of the pod's: it may be gone, or be too many who ask."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return True  # in plain text
    return status >= HTTPStatus.BAD_REQUEST and b'"kind":"Status"' in body


async def _opens(address: str) -> bool:
    """Tell whether packets get there; a refusal is an answer too, and none that another way would change."""
    found = await knock(address, words.PORT)
    if found is False:
        raise UpstreamFailed(f"nobody listens at {address} yet")
    return found is not None


async def _post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, bytes]:
    from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

    sent = HTTPRequest(
        url,
        method="POST",
        body=body,
        headers=dict(headers),
        request_timeout=timeout,
        follow_redirects=False,  # what is signed for this pod is sent nowhere else
    )
    try:
        answer = await AsyncHTTPClient().fetch(sent, raise_error=False)
    except (OSError, HTTPClientError) as error:
        # Time-outs and closed connections are raised, whatever is said about errors.
        raise UpstreamFailed(f"{url} did not answer: {error}") from error
    return answer.code, answer.body
