"""Models to deploy: those that are stored, and names to keep them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.domain.models import Model
from primehub_deploy_ext.domain.stored import (
    IdCheck,
    ModelUse,
    SavedModel,
    SaveModel,
    StoredModel,
    StoredModelList,
    describe,
)
from primehub_deploy_ext.engines.base import Engine, ModelOfDeployment, NewSavedModel
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.parameters import parse_number
from primehub_deploy_ext.service.sources import check_model

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_MISSING = "there is no saved model {number}"


@dataclass(frozen=True)
class ModelQuery:
    """Which stored models are wanted.

    Parameters
    ----------
    search
        Words that all occur in names, ids, the type of the model or its digest; case doesn't matter.
    group
        Only those of this group.
    limit
        At most so many.
    """

    search: str = ""
    group: str | None = None
    limit: int = DEFAULT_LIMIT

    @staticmethod
    def parse(arguments: Mapping[str, str]) -> ModelQuery:
        """Read the query parameters of ``GET models``."""
        return ModelQuery(
            search=arguments.get("search", ""),
            group=arguments.get("group") or None,
            limit=parse_number(arguments, "limit", at_least=1, at_most=MAX_LIMIT) or DEFAULT_LIMIT,
        )


class ModelService:
    """What callers can do with models that are stored.

    Parameters
    ----------
    engine
        Where they are stored.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def stored(self, caller: Caller, query: ModelQuery) -> StoredModelList:
        """Return the models that the caller's groups saved or deployed, newest first.

        Raises
        ------
        NotFound
            If a group is asked for that doesn't exist for the caller.
        """
        if query.group is not None:
            caller.group(query.group)
        mine = caller.scope(everything=False)

        def wanted(group: str) -> bool:
            return group == query.group if query.group is not None else group in mine

        saved = [model for model in await self._engine.saved_models() if wanted(model.group)]
        used = [found for found in await self._engine.models() if wanted(found.use.group)]
        matching = [model for model in merged(saved, used) if _matches(model, query.search)]
        return StoredModelList(items=matching[: query.limit], total=len(matching))

    async def save(self, caller: Caller, request: SaveModel) -> SavedModel:
        """Keep a stored model by a name.

        Raises
        ------
        InvalidInput
            If its artifact is not stored, or it is an image that the engine can't run.
        Forbidden
            If the caller may not create in the group.
        """
        group = caller.group_to_create_in(request.group)
        await check_model(self._engine, request.model)
        new = NewSavedModel(
            name=request.name,
            group=group.name,
            model=request.model,
            description=request.description,
            user=caller.user,
        )
        return await self._engine.save_model(new)

    async def forget(self, caller: Caller, number: int) -> None:
        """Remove a saved model; deployments that run it keep it.

        Raises
        ------
        NotFound
            If there is none, or it is of a group that the caller is not in.
        """
        for saved in await self._engine.saved_models():
            if saved.number == number and caller.sees(saved.group):
                caller.about = saved.group
                await self._engine.forget_model(number)
                return
        raise NotFound(_MISSING.format(number=number))

    async def check_id(self, caller: Caller, *, id: str, name: str) -> IdCheck:
        """Tell whether a new deployment may have this id; without one, propose an id made from the name."""
        caller.require_some_group()
        deployments, _ = await self._engine.deployments()
        taken = {deployment.id for deployment in deployments}
        if not id:
            proposed = names.id_from_name(name)
            while proposed in taken:
                proposed = names.id_from_name(name)
            return IdCheck(id=proposed, available=True)
        if not names.is_id(id):
            return IdCheck(id=id, available=False, message=names.ID_RULE)
        message = "The ID has been used by other users. Change your ID to a unique string to try again."
        return IdCheck(id=id, available=id not in taken, message=message if id in taken else "")


@dataclass
class _Known:
    model: Model
    saved: list[SavedModel] = field(default_factory=list)
    uses: list[ModelUse] = field(default_factory=list)

    @property
    def last(self) -> datetime:
        times = [model.created_at for model in self.saved] + [use.created_at for use in self.uses]
        return max(times)


def merged(saved: Iterable[SavedModel], used: Iterable[ModelOfDeployment]) -> list[StoredModel]:
    """Return each model once, with all the names and deployments that it is known by, newest first."""
    known: dict[str, _Known] = {}

    def of(model: Model) -> _Known:
        return known.setdefault(model.model_dump_json(), _Known(model))

    for one in saved:
        of(one.model).saved.append(one)
    for found in used:
        of(found.model).uses.append(found.use)
    return [
        StoredModel(
            model=one.model,
            saved=[describe(model) for model in sorted(one.saved, key=lambda model: -model.number)],
            uses=sorted(one.uses, key=lambda use: use.created_at, reverse=True),
            last=one.last,
        )
        for one in sorted(known.values(), key=lambda one: one.last, reverse=True)
    ]


def _matches(stored: StoredModel, search: str) -> bool:
    words = [stored.model.class_name, stored.model.artifact]
    words += [saved.name for saved in stored.saved]
    words += [text for use in stored.uses for text in (use.deployment, use.name)]
    text = "\n".join(words).casefold()
    return all(word in text for word in search.casefold().split())
