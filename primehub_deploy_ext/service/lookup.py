"""One way to a deployment: whoever may not see it is told that there is none."""

from __future__ import annotations

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import NotFound
from primehub_deploy_ext.domain.models import Deployment
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.access import Caller


async def find_deployment(engine: Engine, caller: Caller, id: str) -> Deployment:
    """Return a deployment that exists for the caller.

    Raises
    ------
    NotFound
        If there is none, or it belongs to a group that the caller is not in.
    """
    # The same words in each case: they must not tell which ids others have.
    missing = NotFound(f"there is no deployment {id!r}")
    if not names.is_id(id):
        raise missing
    try:
        deployment = await engine.get(id)
    except NotFound:
        raise missing from None
    # Also of a refusal: the group's admins should know who tried.
    caller.about = deployment.group
    if not caller.sees(deployment.group):
        raise missing
    return deployment
