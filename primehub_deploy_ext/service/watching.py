"""The watch stream: what an engine says, narrowed to what the reader may see at that moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from primehub_deploy_ext.domain.models import Change
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.access import Caller, Scope
from primehub_deploy_ext.service.masking import masked_deployment
from primehub_deploy_ext.service.secrets import SecretsOfDeployments
from primehub_deploy_ext.service.streams import closing

# A user, and whether they look at everything.
Reader = tuple[str, bool]


class WatchService:
    """Streams of changes.

    What a reader may see is asked anew at every line, which is every 15 s at the least: membership that was given or
    taken away shows as a ``RESET`` with the list as it is now.

    Parameters
    ----------
    engine
        Where deployments run.
    caller
        Gives a user as the group provider knows them now.
    secrets
        What to hide.
    """

    def __init__(
        self, engine: Engine, caller: Callable[[str], Awaitable[Caller]], secrets: SecretsOfDeployments
    ) -> None:
        self._engine = engine
        self._caller = caller
        self._secrets = secrets
        self._seen: dict[Reader, tuple[Scope, int]] = {}

    async def changes(self, user: str, resource_version: int | None, *, everything: bool) -> AsyncIterator[Change]:
        """List and watch in one stream.

        Parameters
        ----------
        resource_version
            What the reader has already; see ``Engine.watch``.
        everything
            Deployments of all groups.

        Raises
        ------
        Forbidden
            If the caller asks for everything and is no administrator, or no longer.
        """
        reader = (user, everything)
        scope = (await self._caller(user)).scope(everything=everything)
        since = resource_version if self._may_resume(reader, scope, resource_version) else None
        while True:
            async with closing(self._engine.watch(since)) as changes:
                async for change in changes:
                    now = (await self._caller(user)).scope(everything=everything)
                    if now != scope:
                        scope, since = now, None
                        self._remember(reader, scope, change.resource_version, afresh=False)
                        break
                    if change.type == "RESET":
                        self._remember(reader, scope, change.resource_version, afresh=resource_version is None)
                    if change.object is None:
                        yield change
                    elif change.object.group in scope:
                        secrets = await self._secrets.in_status_of(change.object)
                        yield change.model_copy(update={"object": masked_deployment(change.object, secrets)})
                else:
                    return

    def _may_resume(self, reader: Reader, scope: Scope, resource_version: int | None) -> bool:
        """Tell whether what the reader has was read with the same eyes.

        Changes alone would leave deployments on the screen of somebody who left their group while not connected.
        """
        seen, since = self._seen.get(reader, (None, 0))
        return resource_version is not None and seen == scope and resource_version >= since

    def _remember(self, reader: Reader, scope: Scope, resource_version: int, *, afresh: bool) -> None:
        known = self._seen.get(reader)
        if known is None or known[0] != scope:
            # What others of this name have as of this very version may have been read before the change.
            certain = known is None and afresh
            self._seen[reader] = (scope, resource_version if certain else resource_version + 1)
