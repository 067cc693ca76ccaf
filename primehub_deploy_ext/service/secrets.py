"""What must be hidden in the words of a deployment: found once per revision, not once per question."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.domain.models import Deployment
from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.masking import Secrets, secrets_in

# With these reasons the message is the engine's own words, which repeat nothing that a program said.
_OWN_WORDS = frozenset({Reason.READY, Reason.STOPPED, Reason.STOPPING, Reason.DELETING})
_MOST_REMEMBERED = 4096


class SecretsOfDeployments:
    """Environment values of all revisions that an engine keeps, as texts to hide.

    Parameters
    ----------
    engine
        Is asked for the revisions of a deployment when there is a new one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[str, tuple[datetime, int, Secrets]] = OrderedDict()

    async def of(self, deployment: Deployment) -> Secrets:
        """Return what any revision of the deployment could let out."""
        known = self._known.get(deployment.id)
        if known is not None and known[0] == deployment.created_at and known[1] >= deployment.revision:
            self._known.move_to_end(deployment.id)
            return known[2]
        try:
            revisions = await self._engine.revisions(deployment.id)
        except NotFound:  # it was deleted a moment ago: what it last was is all there is
            return secrets_in([deployment.spec])
        secrets = secrets_in(revision.spec for revision in revisions)
        newest = max((revision.number for revision in revisions), default=0)
        self._known[deployment.id] = (deployment.created_at, newest, secrets)
        while len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return secrets

    async def in_status_of(self, deployment: Deployment) -> Secrets:
        """Return what to hide in the status: nothing, without a question, where it quotes nobody."""
        status = deployment.status
        if status.reason in _OWN_WORDS and (status.update is None or not status.update.message):
            return ()
        return await self.of(deployment)
