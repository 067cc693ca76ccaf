"""How deployments and replicas end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from primehub_deploy_ext.domain.errors import Conflict, EngineUnavailable, NotFound
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import CONTROLLER_REVISION, POD, Kind, is_owned_by
from primehub_deploy_ext.engines.kubernetes.books.telling import tell
from primehub_deploy_ext.engines.kubernetes.books.wishes import check_match
from primehub_deploy_ext.engines.kubernetes.flavors.base import Json
from primehub_deploy_ext.engines.kubernetes.means import Means
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import is_ours, refusal
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen
from primehub_deploy_ext.engines.kubernetes.rights.needs import written_as

# Beyond what its replicas have to end.
_MARGIN = 60.0


class Ends:
    """Ends what should end."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def delete(self, seen: Seen, if_match: int | None) -> None:
        """Remove a deployment and all it owns; see ``Engine.delete``.

        Parameters
        ----------
        seen
            It, as it is now.
        """
        if seen.record is not None:
            check_match(seen.id, seen.record, if_match)
        elif not is_ours(seen.owner):
            raise refusal(seen, "delete")
        api, kind, uid = self._means.api, seen.flavor.owner, seen.owner["metadata"]["uid"]
        try:
            await api.delete(kind, seen.name, seen.namespace, propagation="Foreground", uid=uid)
        except ApiError as error:
            if error.status != 404:
                doing = f"delete the deployment {seen.id}"
                raise await self._means.explained(error, doing, seen.namespace, seen.flavor) from error
        await self._until_gone(seen, uid)
        # The cluster removes these too, in its own time: a new deployment of this name must not meet them.
        for part in written_as(seen.flavor.name) - {kind}:
            await self._remove_owned(part, seen)
        await self._remove_owned(CONTROLLER_REVISION, seen)

    async def restart_replica(self, seen: Seen, name: str, *, user: str, kill: bool) -> None:
        """Replace one replica; see ``Engine.restart_replica``."""
        record = seen.record
        if record is None:
            raise refusal(seen, "restart a replica", replica=name)
        rolling = record.serving is None or record.in_progress or record.serving.template != record.target.template
        pod = next((pod for pod in seen.pods if pod["metadata"]["name"] == name), None)
        if pod is None or pod["metadata"].get("deletionTimestamp"):
            raise NotFound(f"there is no replica {name!r}")
        if rolling:
            raise Conflict(f"{seen.id} does not serve, or a revision is rolled out: wait for its end")
        done = "killed" if kill else "restarted"
        grace = 0 if kill else None
        try:
            await self._means.api.delete(POD, name, seen.namespace, uid=pod["metadata"]["uid"], grace_seconds=grace)
        except ApiError as error:
            if error.status in {404, 409}:
                raise NotFound(f"there is no replica {name!r}") from None
            raise await self._means.explained(error, f"end the replica {name}", seen.namespace, seen.flavor) from error
        await tell(self._means.api, seen, done.capitalize(), f"{user}: {done} replica {name}", pod=pod)

    async def _until_gone(self, seen: Seen, uid: str) -> None:
        """Wait until the owner, and with it the last of its pods, is gone."""
        loop, settings = asyncio.get_running_loop(), self._means.settings
        limit, pause = loop.time() + settings.drain_limit + settings.linger + _MARGIN, 0.05
        while loop.time() < limit:
            try:
                owner = await self._means.api.get(seen.flavor.owner, seen.name, seen.namespace)
            except ApiError as error:
                if error.status == 404:
                    self._wrote(seen, None)
                    return
                if not error.unreachable:
                    raise
            else:
                if owner["metadata"]["uid"] != uid:
                    return
                self._wrote(seen, owner)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.5)
        raise EngineUnavailable(f"{seen.id} is being deleted, but the cluster takes long to end its pods")

    async def _remove_owned(self, kind: Kind, seen: Seen) -> None:
        labels = words.selector({words.MANAGED_BY: words.MANAGER, words.DEPLOYMENT: seen.name})
        try:
            items = await self._means.api.list(kind, seen.namespace, labels=labels, metadata_only=True)
        except ApiError as error:
            # Not a kind of this cluster, or one that this user may not list: none was made then.
            if error.status in {403, 404}:
                return
            raise
        owned = [item["metadata"] for item in items if is_owned_by(item, seen.owner)]

        async def remove(name: str, own: str) -> None:
            with suppress(ApiError):
                await self._means.api.delete(kind, name, seen.namespace, uid=own)

        await asyncio.gather(*(remove(metadata["name"], metadata["uid"]) for metadata in owned))

    def _wrote(self, seen: Seen, owner: Json | None) -> None:
        found = self._means.world.find(seen.id)
        if found is not None:
            self._means.world.wrote(seen.namespace, found[1], owner)
