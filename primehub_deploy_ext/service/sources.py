"""Where a model comes from (a stored artifact, an image, a login for its registry), and what that allows."""

from __future__ import annotations

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.models import Model
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.access import Caller


async def check_model(engine: Engine, model: Model) -> None:
    """Refuse a model that the engine can't run.

    Raises
    ------
    InvalidInput
        If it has an image and the engine runs none, or its artifact is not stored.
    """
    if model.image and not engine.capabilities.images:
        rule = f"the engine {engine.name!r} runs no images: deploy a stored model"
        raise InvalidInput(f"model.image: {rule}", fields=[{"field": "model.image", "message": rule}])
    if model.artifact and engine.capabilities.artifacts and not await engine.has_artifact(model.artifact):
        raise InvalidInput(
            f"the artifact {model.artifact} is not stored: send it first with PUT artifacts/{model.artifact}",
            fields=[{"field": "model.artifact", "message": "is not stored"}],
        )


def check_access(engine: Engine, access: str, model: Model) -> None:
    """Refuse a private endpoint where nobody would check who calls.

    Raises
    ------
    InvalidInput
        Naming ``access``.
    """
    if access != "private":
        return
    if not engine.capabilities.private:
        rule = f"the engine {engine.name!r} has no private endpoints: choose 'public'"
    elif not model.artifact:
        rule = (
            "an image that serves by itself can't tell who calls: leave it public, and have the Ingress or gateway in "
            "front of it ask for a login"
        )
    else:
        return
    raise InvalidInput(f"access: {rule}", fields=[{"field": "access", "message": rule}])


def check_pull_secret(caller: Caller, group: str, name: str | None) -> None:
    """Refuse a pull secret that the group may not use; lists those that it may.

    Raises
    ------
    InvalidInput
        Naming ``pull_secret``.
    """
    usable = [secret.name for secret in caller.directory.pull_secrets_of(group)]
    if not name or name in usable:
        return
    listed = f"choose one of: {', '.join(usable)}" if usable else "it may use none"
    raise InvalidInput(
        f"the group {group!r} has no pull secret {name!r}; {listed}",
        fields=[{"field": "pull_secret", "message": listed}],
    )
