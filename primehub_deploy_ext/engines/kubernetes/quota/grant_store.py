"""Quota grants in a ConfigMap of the group's namespace: one key each, compared and swapped by resourceVersion."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from primehub_deploy_ext.domain.resources import Usage
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONFIG_MAP
from primehub_deploy_ext.engines.kubernetes.quota.grants import Record
from primehub_deploy_ext.engines.kubernetes.quota.ledger import Page, Raced

NAME = "primehub-deploy-quota"

_log = logging.getLogger(__name__)


class ConfigMapGrants:
    """The promises of each namespace, in its ConfigMap ``primehub-deploy-quota``."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def read(self, namespace: str) -> Page:
        """Return the newest promises; without a resourceVersion the API server answers from a quorum of etcd."""
        try:
            found = await self._api.get(CONFIG_MAP, NAME, namespace)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return Page(None, {})
            raise
        entries = (found.get("data") or {}).items()
        records = {key: record for key, text in entries if (record := _read(namespace, key, text)) is not None}
        return Page(found["metadata"]["resourceVersion"], records)

    async def add(self, namespace: str, seen: Page, key: str, record: Record, forget: Collection[str]) -> None:
        """Add a promise; ``Raced`` when the ConfigMap is not as it was seen."""
        data: dict[str, str | None] = {key: _written(record)}
        try:
            if seen.version is None:
                body = CONFIG_MAP.stub(NAME, namespace) | {"data": data}
                body["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "primehub-deploy-ext"}
                await self._api.create(CONFIG_MAP, body, namespace)
            else:
                data |= dict.fromkeys(forget)
                body = {"metadata": {"resourceVersion": seen.version}, "data": data}
                await self._api.patch(CONFIG_MAP, NAME, body, namespace)
        except ApiError as error:
            # Not found: somebody deleted it since.
            if error.status == HTTPStatus.CONFLICT or (error.status == HTTPStatus.NOT_FOUND and seen.version):
                raise Raced from error
            raise

    async def forget(self, namespace: str, key: str) -> None:
        """Take a promise back; without a resourceVersion it loses no race."""
        try:
            await self._api.patch(CONFIG_MAP, NAME, {"data": {key: None}}, namespace)
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise


def _written(record: Record) -> str:
    usage: dict[str, Any] = record.usage.model_dump()
    return json.dumps({"id": record.id, "usage": usage, "made_at": record.made_at, "by": record.by})


def _read(namespace: str, key: str, text: str) -> Record | None:
    try:
        told = json.loads(text)
        return Record(str(told["id"]), Usage.model_validate(told["usage"]), float(told["made_at"]), str(told["by"]))
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        _log.warning("what %r says in the ConfigMap %s/%s is no quota grant: %s", key, namespace, NAME, error)
        return None
