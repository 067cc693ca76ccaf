"""Stored and saved models, as the service layer asks for them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Collection

from primehub_deploy_ext.domain.drift import Libraries
from primehub_deploy_ext.domain.stored import SavedModel
from primehub_deploy_ext.engines.base import ModelOfDeployment, NewSavedModel
from primehub_deploy_ext.engines.kubernetes.models.catalogue import models_of
from primehub_deploy_ext.engines.kubernetes.models.saved import SavedModels
from primehub_deploy_ext.engines.kubernetes.office import Office


class Storing:
    """The part of the protocol that is about models."""

    @property
    @abstractmethod
    def _at_work(self) -> Office: ...

    async def libraries(self, image: str, names: Collection[str], *, groups: Collection[str]) -> Libraries | None:
        """See ``Engine.libraries``."""
        office = self._at_work
        return await office.means.libraries.of(image, names, groups, office.reach)

    async def has_artifact(self, digest: str) -> bool:
        """See ``Engine.has_artifact``."""
        return await self._at_work.means.store().has(digest)

    async def put_artifact(self, digest: str, chunks: AsyncIterator[bytes]) -> int:
        """See ``Engine.put_artifact``."""
        return await self._at_work.means.store().put(digest, chunks)

    async def models(self) -> list[ModelOfDeployment]:
        """See ``Engine.models``."""
        return await models_of(self._at_work)

    async def saved_models(self) -> list[SavedModel]:
        """See ``Engine.saved_models``."""
        store = self._at_work.means.artifacts
        return await SavedModels(store).all() if store is not None else []

    async def save_model(self, new: NewSavedModel) -> SavedModel:
        """See ``Engine.save_model``."""
        return await SavedModels(self._at_work.means.store()).add(new)

    async def forget_model(self, number: int) -> None:
        """See ``Engine.forget_model``."""
        await SavedModels(self._at_work.means.store()).remove(number)
