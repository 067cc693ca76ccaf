"""Models of deployments are told from the history of these very deployments."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.kubernetes.books.history import page_object
from primehub_deploy_ext.engines.kubernetes.books.wishes import first_entry
from primehub_deploy_ext.engines.kubernetes.models.catalogue import models_of


def page(number: int, image: str, *owners: str) -> dict[str, Any]:
    spec = DeploymentSpec(model=Model(image=image))
    entry = first_entry(spec, "ada", "", "").model_copy(update={"number": number})
    item = page_object("iris", "team", entry, spec, {})
    item["metadata"]["ownerReferences"] = [{"uid": uid} for uid in owners]
    return item


class Office:
    """One deployment whose name another one had before it."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = list(pages)
        self.api = self.world = self

    async def ready(self) -> None: ...

    def mirrors(self) -> list[Any]:
        return [SimpleNamespace(namespace="team", group="research")]

    async def list(self, *_: Any, **__: Any) -> Any:
        return self.pages

    def ids(self) -> Any:
        return iter(["iris"])

    def seen(self, _: str) -> Any:
        return SimpleNamespace(name="iris", namespace="team", owner={"metadata": {"uid": "new"}})


async def test_models_of_one_that_had_its_name_before_are_not_its_own() -> None:
    office: Any = Office(page(3, "web:old", "old"), page(2, "web:left"), page(1, "web:new", "new"))
    assert [(found.model.image, found.use.revision) for found in await models_of(office)] == [("web:new", 1)]


async def test_each_model_is_told_once_with_the_newest_revision_that_has_it() -> None:
    office: Any = Office(page(1, "web:1", "new"), page(2, "web:2", "new"), page(3, "web:1", "new"))
    assert [(found.model.image, found.use.revision) for found in await models_of(office)] == [
        ("web:1", 3),
        ("web:2", 2),
    ]
