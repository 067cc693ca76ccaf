"""A thin client of the Kubernetes API: raw JSON in and out, a time-out on everything, errors with the server's words.

The typed models of the official package cost a second of the event loop for each thousand pods, so only its reading
of kubeconfigs is used (``access.py``). Objects are dictionaries as the API documents them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import msgspec

from primehub_deploy_ext.engines.kubernetes.api.access import Access, Source
from primehub_deploy_ext.engines.kubernetes.api.kinds import SELF_SUBJECT_ACCESS_REVIEW, Kind
from primehub_deploy_ext.engines.kubernetes.api.transport import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    Answer,
    ApiError,
    Json,
    Transport,
)
from primehub_deploy_ext.engines.patience import ended

__all__ = ["Answer", "Api", "ApiError", "Json", "Source", "Verdict", "service_proxy_path"]

FIELD_MANAGER = "primehub-deploy"
_PAGE = 250
# A watch is answered at once; only an API server whose storage is slow takes longer.
_OPEN_SECONDS = 10.0
_METADATA_ONLY = "application/json;as={};g=meta.k8s.io;v=v1"
_PATCHES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}


@dataclass(frozen=True)
class Verdict:
    """Whether something is allowed, and what the cluster's authorizer says about it."""

    allowed: bool
    reason: str = ""


class _Event(msgspec.Struct):
    type: str
    object: msgspec.Raw


_EVENT = msgspec.json.Decoder(_Event)


class Api:
    """Calls of one cluster, as one user. Open it before use and close it after; calls may run side by side.

    All raise :class:`ApiError`.
    """

    def __init__(self, source: Source | None = None) -> None:
        self._access = Access(source or Source())
        self._transport = Transport(self._access)

    async def open(self) -> None:
        """Read where the cluster is; asks it nothing. ``AccessUnknown`` if nothing says where it is."""
        await self._transport.open()

    async def close(self) -> None:
        """Cut what is open."""
        await self._transport.close()

    @property
    def heard(self) -> float:
        """When a watch was told something last, in monotonic seconds."""
        return self._transport.heard

    @property
    def namespace(self) -> str:
        """The namespace of the kubeconfig's context, or of this pod."""
        return self._access.namespace

    @property
    def server(self) -> str:
        """Base URL of the API server."""
        return self._access.server

    async def get(self, kind: Kind, name: str, namespace: str | None = None, *, metadata_only: bool = False) -> Json:
        """Read one object."""
        accept = _METADATA_ONLY.format("PartialObjectMetadata") if metadata_only else None
        return await self._transport.json("GET", kind.path(namespace, name), accept=accept)

    async def list(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        labels: str = "",
        fields: str = "",
        metadata_only: bool = False,
    ) -> list[Json]:
        """Read all objects of a kind that match the selectors."""
        pages = self.pages(kind, namespace, labels=labels, fields=fields, metadata_only=metadata_only)
        return [item async for page in pages for item in page["items"]]

    async def pages(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        labels: str = "",
        fields: str = "",
        metadata_only: bool = False,
        page: int = _PAGE,
        read: Callable[[bytes], Json] = json.loads,
    ) -> AsyncGenerator[Json, None]:
        """Yield list objects, as few items at once as keep the memory flat; all are as of the same version.

        Parameters
        ----------
        read
            Reads a list object.
        """
        accept = _METADATA_ONLY.format("PartialObjectMetadataList") if metadata_only else None
        query = _query(labelSelector=labels, fieldSelector=fields, limit=page)

        def ask() -> asyncio.Task[bytes]:
            return asyncio.create_task(self._transport.body("GET", kind.path(namespace), query, accept=accept))

        coming: asyncio.Task[bytes] | None = ask()
        try:
            while coming is not None:
                answer, coming = read(await coming), None
                answer["items"] = answer.get("items") or []
                following = answer["metadata"].get("continue")
                if following:
                    query = {**query, "continue": following}
                    # The server works on the next page while the caller works on this one.
                    coming = ask()
                    await asyncio.sleep(0)
                yield answer
        finally:
            if coming is not None:
                await ended(coming)

    async def watch(
        self,
        kind: Kind,
        namespace: str | None = None,
        *,
        resource_version: str,
        labels: str = "",
        fields: str = "",
        lifetime: float = 300.0,
        silence: float = 90.0,
        metadata_only: bool = False,
        opened: Callable[[], None] = lambda: None,
        read: Callable[[bytes], Json] = json.loads,
    ) -> AsyncGenerator[tuple[str, Json], None]:
        """Yield ``(type, object)`` for what changes after ``resource_version``; ends when the server ends it.

        Parameters
        ----------
        lifetime
            Seconds after which the server is asked to end it.
        silence
            Seconds without a byte after which the stream is taken for dead: ``ApiError`` with reason ``Timeout``.
            The server sends bookmarks about once a minute.
        opened
            Called when the server has accepted the watch.
        read
            Reads an object.
        """
        query = _query(
            watch="1",
            allowWatchBookmarks="true",
            resourceVersion=resource_version,
            labelSelector=labels,
            fieldSelector=fields,
            timeoutSeconds=max(1, round(lifetime)),
        )
        accept = _METADATA_ONLY.format("PartialObjectMetadata") if metadata_only else "application/json"
        path = kind.path(namespace)
        async with self._transport.lines(
            path, query, silence=silence, answer=_OPEN_SECONDS, accept=accept, verb="WATCH"
        ) as lines:
            opened()
            async for line in lines:
                event = _EVENT.decode(line)
                if event.type == "ERROR":
                    status = json.loads(bytes(event.object))
                    raise ApiError.of(status.get("code", 500), status)
                yield event.type, read(bytes(event.object))

    async def create(self, kind: Kind, body: Json, namespace: str | None = None, *, dry_run: bool = False) -> Json:
        """Create an object; reason ``AlreadyExists`` if the name is taken."""
        query = _query(fieldManager=FIELD_MANAGER, dryRun="All" if dry_run else "")
        return await self._transport.json("POST", kind.path(namespace or _namespace_of(body)), query, body)

    async def replace(self, kind: Kind, body: Json, *, subresource: str = "") -> Json:
        """Replace an object as a whole; reason ``Conflict`` if its ``resourceVersion`` is not the newest."""
        path = kind.path(_namespace_of(body), body["metadata"]["name"], subresource)
        return await self._transport.json("PUT", path, _query(fieldManager=FIELD_MANAGER), body)

    async def apply(self, kind: Kind, body: Json, *, force: bool = True, dry_run: bool = False) -> Json:
        """Server-side apply: make these fields ours and leave the others; creates what is not there.

        A ``resourceVersion`` in ``body`` makes it conditional. Without ``force``, reason ``Conflict`` where another
        manager has a field.
        """
        query = _query(fieldManager=FIELD_MANAGER, force="true" if force else "false", dryRun="All" if dry_run else "")
        path = kind.path(_namespace_of(body), body["metadata"]["name"])
        return await self._transport.json("PATCH", path, query, body, content_type="application/apply-patch+yaml")

    async def patch(
        self,
        kind: Kind,
        name: str,
        body: Json | Sequence[Json],
        namespace: str | None = None,
        *,
        type: str = "merge",
        subresource: str = "",
    ) -> Json:
        """Change parts of an object; ``type`` is ``merge``, ``json`` or ``strategic``."""
        path = kind.path(namespace, name, subresource)
        return await self._transport.json(
            "PATCH", path, _query(fieldManager=FIELD_MANAGER), body, content_type=_PATCHES[type]
        )

    async def delete(
        self,
        kind: Kind,
        name: str,
        namespace: str | None = None,
        *,
        propagation: str = "Background",
        uid: str | None = None,
        resource_version: str | None = None,
        grace_seconds: int | None = None,
    ) -> Json:
        """Delete an object; what it owns goes too, before it if ``propagation`` is ``Foreground``.

        With ``uid`` or ``resource_version`` only that very object: reason ``Conflict`` for another one.
        """
        body: Json = {"propagationPolicy": propagation}
        if grace_seconds is not None:
            body["gracePeriodSeconds"] = grace_seconds
        conditions = {"uid": uid, "resourceVersion": resource_version}
        if any(conditions.values()):
            body["preconditions"] = {key: value for key, value in conditions.items() if value}
        return await self._transport.json("DELETE", kind.path(namespace, name), body=body)

    def lines(
        self,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        silence: float | None = None,
        answer: float | None = None,
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open a stream of text and iterate its lines, without their ends; an unfinished last line comes as well.

        ``Timeout`` when it does not begin in ``answer`` seconds, or after ``silence`` seconds without a byte.
        """
        return self._transport.lines(path, _query(**(query or {})), silence=silence, answer=answer, accept="*/*")

    async def raw(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = ANSWER_SECONDS,
    ) -> Answer:
        """Send bytes and return what comes back, errors included: for services behind the API server's proxy."""
        return await self._transport.raw(method, path, dict(query or {}), body, dict(headers or {}), timeout)

    async def version(self) -> Json:
        """Return the server's version."""
        return await self._transport.json("GET", "/version")

    async def clock(self) -> datetime:
        """Return the server's time, to the second; this machine's where the server does not tell."""
        got = await self._ready(CONNECT_SECONDS)
        try:
            return parsedate_to_datetime(got.headers["Date"])
        except (KeyError, TypeError, ValueError):
            return datetime.now(timezone.utc)

    async def alive(self, timeout: float = CONNECT_SECONDS) -> None:
        """Return when the server says that it is ready to serve; the smallest request that every user may make."""
        got = await self._ready(timeout)
        if got.status >= HTTPStatus.BAD_REQUEST:
            raise ApiError.of(got.status, got.body)

    async def _ready(self, timeout: float) -> Answer:
        return await self._transport.raw("GET", "/readyz", {}, None, {}, timeout)

    async def discover(self, kinds: Collection[Kind]) -> set[Kind]:
        """Return those of the kinds that this cluster knows, one request for each group and version."""
        roots = {kind.root for kind in kinds}
        found = dict(zip(roots, await asyncio.gather(*map(self._resources, roots)), strict=True))
        return {kind for kind in kinds if kind.plural in found[kind.root]}

    async def can_i(
        self, verb: str, kind: Kind, namespace: str | None = None, *, name: str = "", subresource: str = ""
    ) -> Verdict:
        """Ask whether this user may do something (``SelfSubjectAccessReview``)."""
        attributes = {
            "verb": verb,
            "group": kind.group,
            "resource": kind.plural,
            "subresource": subresource,
            "namespace": namespace or "",
            "name": name,
        }
        body = {
            "apiVersion": SELF_SUBJECT_ACCESS_REVIEW.api_version,
            "kind": SELF_SUBJECT_ACCESS_REVIEW.kind,
            "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
        }
        status = (await self._transport.json("POST", SELF_SUBJECT_ACCESS_REVIEW.path(), body=body))["status"]
        return Verdict(bool(status.get("allowed")), status.get("reason") or status.get("evaluationError") or "")

    async def _resources(self, root: str) -> set[str]:
        try:
            return {resource["name"] for resource in (await self._transport.json("GET", root))["resources"]}
        except ApiError as error:
            if error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
                return set()
            raise


def service_proxy_path(namespace: str, service: str, port: str | int, path: str) -> str:
    """Return the path by which the API server passes requests on to a service."""
    return f"/api/v1/namespaces/{namespace}/services/{service}:{port}/proxy/{path.lstrip('/')}"


def pod_proxy_path(namespace: str, pod: str, port: int, path: str) -> str:
    """Return the path by which the API server passes requests on to a pod."""
    return f"/api/v1/namespaces/{namespace}/pods/{pod}:{port}/proxy/{path.lstrip('/')}"


def _query(**parameters: Any) -> Json:
    return {name: str(value) for name, value in parameters.items() if value not in {"", None}}


def _namespace_of(body: Json) -> str | None:
    namespace: str | None = body["metadata"].get("namespace")
    return namespace
