"""Requests to endpoints of this machine, as *Try it* and ``predict`` send them from a server."""

from __future__ import annotations

import time
from collections.abc import Mapping

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.ioloop import IOLoop

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.domain.models import Prediction
from primehub_deploy_ext.engines.base import PredictRequest

# So many may wait for slow models before others wait for them.
_MOST_AT_ONCE = 1000


class EndpointCalls:
    """Sends requests by connections of its own: tornado's client for everybody has ten, and slow models hold them."""

    def __init__(self) -> None:
        self._client: AsyncHTTPClient | None = None

    async def send(self, url: str, request: PredictRequest, headers: Mapping[str, str]) -> Prediction:
        """Send one request, with headers besides its own.

        Raises
        ------
        UpstreamFailed
            If nobody answers there.
        """
        sent = HTTPRequest(
            url,
            method="POST",
            body=request.body,
            headers={**request.headers, "Content-Type": request.content_type, **headers},
            request_timeout=request.timeout,
            decompress_response=False,
            # A model must not lead this server, and the pass that it sends along, elsewhere.
            follow_redirects=False,
        )
        began = time.perf_counter()
        try:
            answer = await self._open().fetch(sent, raise_error=False)
        except OSError as error:
            raise UpstreamFailed(f"the endpoint could not be reached: {error}") from error
        except HTTPClientError as error:
            # Time-outs and closed connections are raised, whatever is said about errors.
            raise UpstreamFailed(f"the endpoint did not answer: {error}") from error
        latency = (time.perf_counter() - began) * 1000
        return Prediction.of(answer.code, answer.headers.get("Content-Type", ""), answer.body, latency)

    def close(self) -> None:
        """Cut what is open."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _open(self) -> AsyncHTTPClient:
        # Each belongs to one loop; scripts run several, one after the other.
        if self._client is None or self._client.io_loop is not IOLoop.current():
            self._client = AsyncHTTPClient(force_instance=True, max_clients=_MOST_AT_ONCE)
        return self._client
