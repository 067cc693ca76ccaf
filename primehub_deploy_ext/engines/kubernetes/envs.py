"""The values of environments: read from their Secrets when somebody needs them, which never change."""

from __future__ import annotations

import base64
from collections import OrderedDict
from http import HTTPStatus

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.engines.kubernetes.api import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.kinds import SECRET
from primehub_deploy_ext.engines.kubernetes.pods import env_of
from primehub_deploy_ext.engines.kubernetes.specs import with_env

_MOST_REMEMBERED = 1024


class Envs:
    """Reads and remembers the values of environments."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: OrderedDict[tuple[str, str], dict[str, str]] = OrderedDict()

    async def filled(self, namespace: str, order: str, spec: DeploymentSpec) -> DeploymentSpec:
        """Return a specification with the values of its environment; those that can't be read stay hidden."""
        if not spec.env or not order:
            return spec
        return with_env(spec, await self._values(namespace, order))

    def remember(self, namespace: str, order: str, spec: DeploymentSpec) -> None:
        """Remember what was just written."""
        self._known[namespace, order] = dict(spec.env)

    async def _values(self, namespace: str, order: str) -> dict[str, str]:
        key = (namespace, order)
        if key not in self._known:
            try:
                self._known[key] = env_of(await self._api.get(SECRET, order, namespace), base64.b64decode)
            except ApiError as error:
                if error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
                    return {}
                raise
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]
