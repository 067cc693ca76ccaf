"""How this server calls a deployment: by the Service's cluster IP where that is reachable, else by the API server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import aiohttp

from primehub_deploy_ext.domain.drift import Drift, Libraries, told
from primehub_deploy_ext.domain.errors import DeployError, UpstreamFailed
from primehub_deploy_ext.domain.models import Prediction, Status
from primehub_deploy_ext.domain.phases import Phase
from primehub_deploy_ext.engines.base import PredictRequest
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError, service_proxy_path
from primehub_deploy_ext.engines.kubernetes.api.kinds import SERVICE
from primehub_deploy_ext.engines.kubernetes.flavors.base import Backend, Json
from primehub_deploy_ext.engines.kubernetes.guests.doors import Doors
from primehub_deploy_ext.engines.kubernetes.means import Means
from primehub_deploy_ext.engines.kubernetes.models.libraries import PATH as LIBRARIES
from primehub_deploy_ext.engines.kubernetes.models.libraries import question, read_libraries
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.road import Road, host_of, knock
from primehub_deploy_ext.engines.kubernetes.straight import Answer, Straight

_JSON = "application/json"
_REACHABLE_LIMIT = 5.0
_LONGEST_REASON = 300
_DRIFT_LIMIT = 5.0
_CONNECT_LIMIT = 20.0
_LARGEST = 100 * 1024 * 1024


class Reach:
    """Sends requests to deployments."""

    def __init__(self, means: Means, doors: Doors) -> None:
        self._means = means
        self._doors = doors
        # By deployment: which it was, its Service, and the address of that.
        self._addresses: dict[str, tuple[str, str, str]] = {}
        self._road = Road(means.settings.reach)
        self._line = Straight()

    async def close(self) -> None:
        """Cut what is open."""
        await self._line.close()

    def forget(self, id: str) -> None:
        """A deployment is gone, and its address with it."""
        self._addresses.pop(id, None)

    async def predict(self, seen: Seen, status: Status, request: PredictRequest) -> Prediction:
        """Send one request; see ``Engine.predict``."""
        refusal = waiting(seen, status)
        if refusal is not None:
            return Prediction(status=503, content_type=_JSON, body=refusal, latency_ms=0.0)
        backend = seen.flavor.backend(seen.owner, seen.spec)
        path = request.below(backend.path, seen.name)
        began = time.perf_counter()
        answer = await self._send(seen, backend, path, request)
        latency = (time.perf_counter() - began) * 1000
        return Prediction.of(answer.status, answer.content_type, answer.body, latency)

    async def drift(self, seen: Seen) -> str:
        """Return which libraries differ from those that the model was made with; empty where none do, or nobody says.

        The replica compares, as it runs in the image: see ``runner/container/drift.py``.
        """
        if not seen.spec.model.artifact:
            return ""
        try:
            answer = await self._asked(seen, "v2/environment", PredictRequest(body=b"", timeout=_DRIFT_LIMIT), "GET")
            found = json.loads(answer.body)["drift"] if answer.status == HTTPStatus.OK else []
            return told(Drift(one["package"], one["trained"], one["here"]) for one in found)
        except (DeployError, ValueError, KeyError, TypeError):
            return ""  # it doesn't answer, or how it is called can't be read: nobody waits for this

    async def libraries(self, seen: Seen, names: Collection[str]) -> Libraries | None:
        """Return what its image has of some libraries; None where it doesn't say.

        A runner from before tells of those alone that its own model uses.
        """
        request = PredictRequest(body=question(names), timeout=_DRIFT_LIMIT)
        try:
            answer = await self._asked(seen, LIBRARIES, request, "POST")
            if answer.status == HTTPStatus.NOT_FOUND:
                answer = await self._asked(seen, "v2/environment", replace(request, body=b""), "GET")
        except DeployError:
            return None
        return read_libraries(answer.body, names) if answer.status == HTTPStatus.OK else None

    async def wait_reachable(self, seen: Seen, limit: float = _REACHABLE_LIMIT) -> None:
        """Wait until the Service leads to a replica from here, as far as that can be seen from here.

        A pod is ready some moments before every node's proxy knows. After the limit it waits no more, also for a
        Service that is not there.
        """
        if not self._road.is_open:
            return
        backend = seen.flavor.backend(seen.owner, seen.spec)
        deadline, pause = time.monotonic() + limit, 0.01
        while time.monotonic() < deadline:
            with suppress(UpstreamFailed):
                if await knock(await self._address(seen, backend), backend.port) is not False:
                    return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.2)

    async def _asked(self, seen: Seen, path: str, request: PredictRequest, method: str) -> Answer:
        backend = seen.flavor.backend(seen.owner, seen.spec)
        return await self._send(seen, backend, backend.path + path, request, method)

    async def _send(
        self, seen: Seen, backend: Backend, path: str, request: PredictRequest, method: str = "POST"
    ) -> Answer:
        passes = await self._doors.server_headers(seen)
        answer = await self._sent(seen, backend, path, replace(request, headers={**request.headers, **passes}), method)
        if answer.status != HTTPStatus.UNAUTHORIZED or not passes:
            return answer
        # Somebody may have replaced the key since it was read.
        newer = await self._doors.server_headers(seen, anew=True)
        if newer == passes:
            return answer
        return await self._sent(seen, backend, path, replace(request, headers={**request.headers, **newer}), method)

    async def _sent(self, seen: Seen, backend: Backend, path: str, request: PredictRequest, method: str) -> Answer:
        if self._road.is_open:
            address = await self._address(seen, backend)
            if self._road.only or await knock(address, backend.port) is not None:
                return await self._call(f"http://{host_of(address)}:{backend.port}{path}", request, method)
            self._road.blocked()
        return await self._by_proxy(seen, backend, path, request, method)

    async def _call(self, url: str, request: PredictRequest, method: str) -> Answer:
        try:
            return await self._line.send(
                method,
                url,
                body=request.body if method == "POST" else b"",
                headers={**request.headers, "Content-Type": request.content_type},
                timeout=request.timeout,
                connect_timeout=_CONNECT_LIMIT,
                largest=_LARGEST,
            )
        except aiohttp.ClientConnectorError as error:
            raise UpstreamFailed(f"the endpoint could not be reached: {error}") from error
        except asyncio.TimeoutError as error:
            raise UpstreamFailed(f"the endpoint did not answer within {request.timeout:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise UpstreamFailed(f"the endpoint did not answer: {str(error) or type(error).__name__}") from error

    async def _address(self, seen: Seen, backend: Backend) -> str:
        uid = seen.owner["metadata"]["uid"]
        *of, address = self._addresses.get(seen.id, ("", "", ""))
        if of != [uid, backend.service]:
            try:
                service = await self._means.api.get(SERVICE, backend.service, seen.namespace)
            except ApiError as error:
                raise UpstreamFailed(f"the endpoint has no Service {backend.service}: {error.message}") from error
            self._check_inside(service)
            address = service["spec"].get("clusterIP", "")
            self._addresses[seen.id] = uid, backend.service, address
        if address in {"", "None"}:
            return f"{backend.service}.{seen.namespace}.svc.{self._means.settings.cluster_domain}"
        return address

    def _check_inside(self, service: Json) -> None:
        """Refuse a Service by which whoever may write it would lead this server wherever that can get.

        One that leads to another of the cluster is how Knative, under KServe, has its gateway answer.
        """
        spec = service["spec"]
        inside = f".svc.{self._means.settings.cluster_domain}"
        if spec.get("type") == "ExternalName" and not str(spec.get("externalName", "")).rstrip(".").endswith(inside):
            raise UpstreamFailed(f"the Service {service['metadata']['name']} leads out of the cluster")

    async def _by_proxy(self, seen: Seen, backend: Backend, path: str, request: PredictRequest, method: str) -> Answer:
        try:
            answer = await self._means.api.raw(
                method,
                service_proxy_path(seen.namespace, backend.service, backend.port, path),
                body=request.body or None,
                headers={**request.headers, "Content-Type": request.content_type},
                timeout=request.timeout,
            )
        except ApiError as error:
            raise UpstreamFailed(f"the endpoint did not answer: {error.message}") from error
        return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.body)


def waiting(seen: Seen, status: Status) -> dict[str, Any] | None:
    """Return what a caller is told while nothing serves, as the gateway of the local engine words it."""
    name = (seen.owner["metadata"].get("annotations") or {}).get(words.DISPLAY_NAME, seen.name)
    if status.replicas.ready:
        return None
    if status.phase is Phase.STOPPED or (seen.record is not None and seen.record.target.stopped):
        code, message = "stopped", f"{name} is stopped: start it to serve again."
    elif status.phase is Phase.FAILED:
        code, message = "failed", status.message[:_LONGEST_REASON]
    else:
        code, message = "starting", f"{name} is starting."
    return {"error": {"code": code, "message": message, "deployment": seen.id}}
