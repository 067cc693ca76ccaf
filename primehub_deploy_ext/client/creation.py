"""What is the same of every new deployment, whatever it serves: its options, judged before anything large is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from primehub_deploy_ext.client.access import check_access
from primehub_deploy_ext.client.rest import RestClient
from primehub_deploy_ext.client.wording import shown
from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import AlreadyExists, InvalidInput, NotFound

Json = dict[str, Any]


def new_deployment(
    rest: RestClient,
    name: str,
    *,
    id: str | None,
    access: str,
    env: Mapping[str, str] | None,
    metadata: Mapping[str, str] | None,
    **others: Any,
) -> Json:
    """Return the body of ``POST deployments`` but for its ``model``.

    Raises
    ------
    InvalidInput
        Name, id or access can't be used.
    AlreadyExists
        The id is taken.
    """
    check_names(rest, name, id)
    check_access(access)
    return {
        "name": name,
        "id": id,
        "access": access,
        "env": dict(env or {}),
        "metadata": dict(metadata or {}),
        **others,
    }


def check_names(rest: RestClient, name: str, id: str | None) -> None:
    """Refuse before a large model is pickled and sent."""
    if not isinstance(name, str) or not names.is_name(name.strip()):
        raise _unusable("name", name, names.NAME_RULE)
    if id is None:
        return
    if not isinstance(id, str) or not names.is_id(id):
        raise _unusable("id", id, names.ID_RULE)
    try:
        rest.deployment(id)
    except NotFound:
        return
    raise taken(id)


def taken(id: str, error: AlreadyExists | None = None) -> AlreadyExists:
    """Return what to tell of an id that another deployment has."""
    said = str(error) if error is not None else f"there is a deployment with the id {id!r} already"
    return AlreadyExists(f"{said}; to give it a new model: connect().get({id!r}).update(model=…)", details={"id": id})


def _unusable(field: str, value: Any, rule: str) -> InvalidInput:
    return InvalidInput(
        f"{field}: {shown(value)} can't be used; it is a text of {rule}", fields=[{"field": field, "message": rule}]
    )
