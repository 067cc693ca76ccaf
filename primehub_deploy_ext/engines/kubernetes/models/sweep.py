"""Removes stored models that nothing refers to: no revision of any namespace, no object, no saved model.

Only where an administrator asked for it (``artifact_days``), as another cluster's deployments may use the same root,
and only by a server that may see all namespaces, as what it can't see may refer to a model too. In doubt nothing is
removed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import is_controlled
from primehub_deploy_ext.engines.kubernetes.books.history import KIND, read_page
from primehub_deploy_ext.engines.kubernetes.books.specs import load_small
from primehub_deploy_ext.engines.kubernetes.flavors.all import FLAVORS
from primehub_deploy_ext.engines.kubernetes.means import Means
from primehub_deploy_ext.engines.kubernetes.models.saved import SavedModels

_DAY = 24 * 3600.0

log = logging.getLogger(__name__)


class UnreadableError(Exception):
    """What refers to a model can't all be read."""


class ArtifactSweep:
    """Looks now and then; whoever stores or asks for a model keeps it for another while."""

    def __init__(self, means: Means, clock: Callable[[], float] = time.time) -> None:
        self._means = means
        self._clock = clock

    async def sweep(self) -> int:
        """Remove what nothing has referred to for as long as the setting says; return how many."""
        store, days = self._means.artifacts, self._means.settings.artifact_days
        if store is None or days <= 0:
            return 0
        # Before looking: what is deployed while we look was asked for after this.
        older_than = self._clock() - days * _DAY
        try:
            wanted = await self.wanted()
        except (ApiError, UnreadableError) as error:
            log.info("stored models are kept, as not all that may use them can be seen: %s", error)
            return 0
        removed = await store.keep_only(wanted, older_than=older_than)
        if removed:
            log.info("removed %d stored models that nothing has used for %g days", removed, days)
        return removed

    async def wanted(self) -> set[str]:
        """Return the digests of all models that something on the cluster refers to.

        Raises
        ------
        ApiError
            If not all namespaces may be seen.
        UnreadableError
            If something can't be understood, which may refer to any.
        """
        found = set()
        labels = words.selector({words.MANAGED_BY: words.MANAGER, words.PART: "history"})
        async for page in self._means.api.pages(KIND, labels=labels):
            for item in page["items"]:
                entry = read_page(item)
                if entry is None:
                    raise UnreadableError(f"the revision {_place(item)} can't be read")
                found.add(entry.spec.model.artifact)
        # Also of flavors that this server is not configured for, or not any more.
        owners = {flavor.owner for flavor in FLAVORS.values()}
        for owner in await self._means.api.discover(owners):
            async for page in self._means.api.pages(owner, labels=words.selector({words.MANAGED_BY: words.MANAGER})):
                for item in page["items"]:
                    text = (item["metadata"].get("annotations") or {}).get(words.SPEC)
                    # What a controller made of one of ours carries its labels, and what it likes of its annotations.
                    if text is None or is_controlled(item):
                        continue
                    try:
                        found.add(load_small(text).model.artifact)
                    except (ValueError, TypeError) as error:
                        raise UnreadableError(f"{_place(item)}: {error}") from error
        if self._means.artifacts is not None:
            found |= {saved.model.artifact for saved in await SavedModels(self._means.artifacts).all()}
        return found - {""}


def _place(item: dict[str, dict[str, str]]) -> str:
    return f"{item['metadata'].get('namespace', '')}/{item['metadata']['name']}"
