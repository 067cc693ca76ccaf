"""What is written on an owner: the record of its revisions, and the specification that is wanted. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.books.record import Record, read_record
from primehub_deploy_ext.engines.kubernetes.books.specs import load_small
from primehub_deploy_ext.engines.kubernetes.flavors.base import Flavor
from primehub_deploy_ext.engines.kubernetes.reading.elsewhere import git_maker

Json = dict[str, Any]


@lru_cache(maxsize=8192)
def _spec_of(text: str) -> DeploymentSpec:
    return load_small(text)


def read_owner(flavor: Flavor, owner: Json) -> tuple[Record | None, DeploymentSpec]:
    """Return what is written on an owner; of one that was made elsewhere, or that somebody broke, what it tells."""
    metadata = owner["metadata"]
    # What is kept in Git is changed there, though it be a copy of what was made here.
    record = read_record(metadata) if git_maker(metadata) is None else None
    text = (metadata.get("annotations") or {}).get(words.SPEC)
    if record is not None and text is not None:
        try:
            spec = _spec_of(text)
        except (ValueError, TypeError):
            return None, flavor.describe(owner)
        # What is wanted may be less than what was asked for since: after a failure, what serves is wanted again.
        wanted = {"stopped": record.target.stopped, "replicas": record.target.replicas}
        same = (spec.stopped, spec.replicas) == tuple(wanted.values())
        return record, spec if same else spec.model_copy(update=wanted)
    return None, flavor.describe(owner)
