"""Fetching what replicas say of themselves."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from primehub_deploy_ext.domain.errors import UpstreamFailed
from primehub_deploy_ext.engines.kubernetes.metering.pages import Page, read_page
from primehub_deploy_ext.engines.kubernetes.pod_calls import PodCalls

Json = dict[str, Any]

PATH = "/metrics"
_ANSWER = 3.0
_AT_ONCE = 16
_LARGEST = 1024 * 1024


class ReplicaPages:
    """Fetches the pages of pods, a few at a time."""

    def __init__(self, calls: PodCalls) -> None:
        self._calls = calls
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def read(self, pod: Json) -> Page | str:
        """Return what a pod says; where it gives no such page now, why not."""
        async with self._turns:
            try:
                status, body = await self._calls.get(pod, PATH, _ANSWER, largest=_LARGEST)
            except UpstreamFailed as error:
                return error.message
        if status != HTTPStatus.OK:
            return f"{pod['metadata']['name']}: {PATH} answers {status}"
        return read_page(body.decode(errors="replace"))
