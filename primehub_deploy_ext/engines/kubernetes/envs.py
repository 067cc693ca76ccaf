"""The values of environments: read from their Secrets when somebody needs them, which never change."""

from __future__ import annotations

import base64
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import SECRET
from primehub_deploy_ext.engines.kubernetes.books.specs import with_env
from primehub_deploy_ext.engines.kubernetes.pods import env_of
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

_MOST_REMEMBERED = 1024
# Names have up to 63 characters, and all of them go into one line of a request.
_MOST_NAMED = 20


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

    async def of_all(self, deployments: Iterable[Seen]) -> dict[str, list[Mapping[str, str]]]:
        """Return the environments of all revisions of deployments, by id; one list for each namespace."""
        found: dict[str, list[Mapping[str, str]]] = {}
        there: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for seen in deployments:
            found[seen.id] = []
            if seen.record is not None:
                there[seen.namespace][seen.name] = seen.id
        for namespace, ids in there.items():
            labels = words.selector({words.MANAGED_BY: words.MANAGER, words.PART: "order"})
            if len(ids) <= _MOST_NAMED:
                labels += f",{words.DEPLOYMENT} in ({','.join(sorted(ids))})"
            async for page in self._api.pages(SECRET, namespace, labels=labels):
                for secret in page["items"]:
                    own = ids.get((secret["metadata"].get("labels") or {}).get(words.DEPLOYMENT, ""))
                    if own is not None and (values := env_of(secret, base64.b64decode)):
                        found[own].append(values)
        return found

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
