"""What must be hidden in the words of a deployment: found once per revision, not once per question."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from primehub_deploy_ext.domain.models import Deployment
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.masking import Secrets, secrets_in

# With these reasons the message is the engine's own words, which repeat nothing that a program said.
_OWN_WORDS = frozenset({Reason.READY, Reason.STOPPED, Reason.STOPPING, Reason.DELETING})
_MOST_REMEMBERED = 16384


class SecretsOfDeployments:
    """Environment values of all revisions that an engine keeps, as texts to hide.

    Parameters
    ----------
    engine
        Is asked for the environments of a deployment when there is a new revision.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[str, tuple[datetime, int, Secrets]] = OrderedDict()
        self._asking = asyncio.Lock()

    async def of(self, deployment: Deployment) -> Secrets:
        """Return what any revision of the deployment could let out."""
        return self._remembered(deployment) if self._is_known(deployment) else await self._ask([deployment])

    async def in_status_of(self, deployment: Deployment) -> Secrets:
        """Return what to hide in the status: nothing, without a question, where it quotes nobody.

        When a node is lost, many statuses quote at once: the first one asks for all.
        """
        if not _may_tell(deployment):
            return ()
        if not self._is_known(deployment):
            async with self._asking:
                if not self._is_known(deployment):
                    there, _ = await self._engine.deployments()
                    others = [d for d in there if d.id != deployment.id and _may_tell(d) and not self._is_known(d)]
                    return await self._ask([deployment, *others])
        return self._remembered(deployment)

    async def _ask(self, deployments: Sequence[Deployment]) -> Secrets:
        """Ask about several deployments, and return what the first one could let out."""
        found = await self._engine.environments([deployment.id for deployment in deployments])
        told: dict[str, Secrets] = {}
        for deployment in reversed(deployments):
            # One that was deleted a moment ago: what it last was is all there is.
            told[deployment.id] = secrets_in(found.get(deployment.id, [deployment.spec.env]))
            if deployment.id in found:
                self._known[deployment.id] = (deployment.created_at, deployment.revision, told[deployment.id])
                self._known.move_to_end(deployment.id)
        while len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return told[deployments[0].id]

    def _is_known(self, deployment: Deployment) -> bool:
        known = self._known.get(deployment.id)
        return known is not None and known[0] == deployment.created_at and known[1] >= deployment.revision

    def _remembered(self, deployment: Deployment) -> Secrets:
        self._known.move_to_end(deployment.id)
        return self._known[deployment.id][2]


def _may_tell(deployment: Deployment) -> bool:
    """Tell whether the status could repeat a value of an environment."""
    if deployment.revision == 1 and not deployment.spec.env:
        # There never was one.
        return False
    status = deployment.status
    return status.reason not in _OWN_WORDS or bool(status.update is not None and status.update.message)
