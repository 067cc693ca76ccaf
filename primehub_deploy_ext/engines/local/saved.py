"""Models beyond the deployments that they were stored for: saved by name, or taken from a history."""

from __future__ import annotations

from primehub_deploy_ext.domain.errors import InvalidInput, NotFound
from primehub_deploy_ext.domain.stored import ModelUse, SavedModel
from primehub_deploy_ext.engines.base import ModelOfDeployment, NewSavedModel
from primehub_deploy_ext.engines.local.artifacts import ArtifactStore
from primehub_deploy_ext.engines.local.record import Record
from primehub_deploy_ext.engines.local.store import Store, now


class SavedModels:
    """Models that were saved by name; housekeeping keeps their artifacts.

    Parameters
    ----------
    store, artifacts
        Where the records and the bytes are.
    """

    def __init__(self, store: Store, artifacts: ArtifactStore) -> None:
        self._store = store
        self._artifacts = artifacts

    def all(self) -> list[SavedModel]:
        """See ``Engine.saved_models``."""
        return self._store.saved_models()

    def add(self, new: NewSavedModel) -> SavedModel:
        """See ``Engine.save_model``."""
        if not self._artifacts.has(new.model.artifact):
            raise InvalidInput(
                "the model's artifact is not stored: upload it first",
                fields=[{"field": "model.artifact", "message": "not stored"}],
            )
        return self._store.add_saved_model(
            SavedModel(
                number=0,
                version=0,
                name=new.name,
                group=new.group,
                model=new.model,
                description=new.description,
                created_at=now(),
                created_by=new.user,
            )
        )

    def remove(self, number: int) -> None:
        """See ``Engine.forget_model``."""
        if not self._store.remove_saved_model(number):
            raise NotFound(f"there is no saved model {number}")


def models_of(record: Record) -> list[ModelOfDeployment]:
    """Return each model in the history of a deployment once, with the newest revision that has it."""
    if record.row.deleting:
        return []
    newest: dict[str, ModelOfDeployment] = {}
    for number in sorted(record.revisions):
        revision = record.revisions[number].revision
        model = revision.spec.model
        use = ModelUse(
            deployment=record.row.id,
            name=record.row.name,
            group=record.row.group,
            revision=number,
            created_at=revision.created_at,
            created_by=revision.user,
        )
        newest[model.model_dump_json()] = ModelOfDeployment(model, use)
    return list(newest.values())
