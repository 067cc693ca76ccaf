"""The models that deployments have, from their history."""

from __future__ import annotations

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.stored import ModelUse
from primehub_deploy_ext.engines.base import ModelOfDeployment
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import ApiError, Json
from primehub_deploy_ext.engines.kubernetes.books.history import KIND, pages_of
from primehub_deploy_ext.engines.kubernetes.errors import told
from primehub_deploy_ext.engines.kubernetes.office import Office


async def models_of(office: Office) -> list[ModelOfDeployment]:
    """Return each model of each deployment once, with the newest revision that has it."""
    await office.world.ready()
    found: list[ModelOfDeployment] = []
    labels = f"{words.MANAGED_BY}={words.MANAGER},{words.PART}=history"
    for mirror in office.world.mirrors():
        try:
            items = await office.api.list(KIND, mirror.namespace, labels=labels)
        except ApiError as error:
            raise told(error, f"read the history of {mirror.group}") from error
        # Not by name: one that had it before may have left history, too.
        by_owner: dict[str, list[Json]] = {}
        for item in items:
            for reference in item["metadata"].get("ownerReferences") or []:
                by_owner.setdefault(reference["uid"], []).append(item)
        for own in office.world.ids():
            seen = office.world.seen(own)
            if seen is None or seen.namespace != mirror.namespace:
                continue
            known: set[str] = set()
            for page in pages_of(by_owner.get(seen.owner["metadata"]["uid"], [])):
                key = _key(page.spec)
                if key in known:
                    continue
                known.add(key)
                name = (seen.owner["metadata"].get("annotations") or {}).get(words.DISPLAY_NAME, seen.name)
                use = ModelUse(
                    deployment=own,
                    name=name,
                    group=mirror.group,
                    revision=page.entry.number,
                    created_at=page.entry.created_at,
                    created_by=page.entry.user,
                )
                found.append(ModelOfDeployment(page.spec.model, use))
    return found


def _key(spec: DeploymentSpec) -> str:
    return spec.model.model_dump_json()
