"""Models that were saved by name, as a log beside the artifacts: entry ``n`` is made once, by one server, and stays.

Whoever adds entry ``n`` has read all before it: an entry can only be made while it isn't there, and none is left out.
So a version is never given twice, whatever servers do at the same time; what is removed leaves its entry behind.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

from primehub_deploy_ext.domain.errors import EngineUnavailable, InvalidInput, NotFound
from primehub_deploy_ext.domain.stored import SavedModel
from primehub_deploy_ext.engines.base import NewSavedModel
from primehub_deploy_ext.engines.kubernetes.models.artifacts import ArtifactStore
from primehub_deploy_ext.engines.kubernetes.models.storage import Storage

_ENTRIES, _REMOVED = "models", "models-removed"


class SavedModels:
    """Models that were saved by name.

    Parameters
    ----------
    artifacts
        The store that they are kept in.
    """

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self._known: dict[int, SavedModel] = {}  # entries never change

    async def all(self) -> list[SavedModel]:
        """See ``Engine.saved_models``."""
        return await asyncio.to_thread(self._all)

    async def add(self, new: NewSavedModel) -> SavedModel:
        """See ``Engine.save_model``."""
        if not await self._artifacts.has(new.model.artifact):
            raise InvalidInput(
                "the model's artifact is not stored: upload it first",
                fields=[{"field": "model.artifact", "message": "not stored"}],
            )
        return await asyncio.to_thread(self._add, new)

    async def remove(self, number: int) -> None:
        """See ``Engine.forget_model``."""
        await asyncio.to_thread(self._remove, number)

    def _all(self) -> list[SavedModel]:
        storage = self._artifacts.storage()
        entries = self._entries(storage)
        removed = {_number(key) for key in storage.inside(_REMOVED)}
        return [entries[number] for number in sorted(entries) if number not in removed]

    def _add(self, new: NewSavedModel) -> SavedModel:
        storage = self._artifacts.storage()
        before = dict(self._entries(storage))
        number = max(before, default=0) + 1
        while True:
            of_name = (one.version for one in before.values() if (one.group, one.name) == (new.group, new.name))
            saved = SavedModel(
                number=number,
                version=max(of_name, default=0) + 1,
                name=new.name,
                group=new.group,
                model=new.model,
                description=new.description,
                created_at=datetime.now(timezone.utc),
                created_by=new.user,
            )
            if storage.create(_key(number), saved.model_dump_json().encode()):
                self._known[number] = saved
                return saved
            # Another server was faster; a listing may still not show its entry, on NFS for one.
            before[number] = self._entry(storage, number)
            number += 1

    def _remove(self, number: int) -> None:
        storage = self._artifacts.storage()
        # The name alone tells that it is gone: of two who remove it, one did.
        if not storage.has(_key(number)) or not storage.create(f"{_REMOVED}/{number:08}.json", b"{}"):
            raise NotFound(f"there is no saved model {number}")

    def _entries(self, storage: Storage) -> dict[int, SavedModel]:
        for number in sorted(map(_number, storage.inside(_ENTRIES))):
            if number:
                self._entry(storage, number)
        return self._known

    def _entry(self, storage: Storage, number: int) -> SavedModel:
        if number not in self._known:
            try:
                self._known[number] = SavedModel.model_validate_json(storage.read(_key(number)))
            except (OSError, ValueError) as error:
                message = f"the saved model {number} below {self._artifacts.root} can't be read: {error}"
                raise EngineUnavailable(message) from error
        return self._known[number]


def _key(number: int) -> str:
    return f"{_ENTRIES}/{number:08}.json"


def _number(key: str) -> int:
    name = key.rpartition("/")[2].removesuffix(".json")
    return int(name) if name.isdigit() else 0
