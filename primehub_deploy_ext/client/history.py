"""Which revision a rollback without a number returns to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.phases import Outcome

_TEMPLATE = ("instance_type", "resources", "env")


def revision_before(deployment: dict[str, Any], revisions: Sequence[dict[str, Any]]) -> int:
    """Return the number of the newest good revision before the one that serves.

    Preferred is one that ran something else: going back from "scaled to 3" should bring back the previous
    model, not the previous number of replicas.

    Raises
    ------
    InvalidInput
        When there is none, with those there are.
    """
    by_number = {revision["number"]: revision for revision in revisions}
    current = deployment.get("serving_revision") or deployment["revision"]
    earlier = sorted(
        (r for n, r in by_number.items() if n < current and r["outcome"] == Outcome.SUCCEEDED),
        key=lambda revision: -revision["number"],
    )
    if current in by_number:
        template = _template(by_number[current])
        different = [revision for revision in earlier if _template(revision) != template]
        earlier = different or earlier
    if not earlier:
        there = ", ".join(f"{n} ({by_number[n]['outcome']})" for n in sorted(by_number)) or "none"
        raise InvalidInput(f"rollback: no earlier revision of {deployment['id']} succeeded; there are: {there}")
    return int(earlier[0]["number"])


def _template(revision: dict[str, Any]) -> list[Any]:
    spec = revision["spec"]
    return [spec["model"]["artifact"], *(spec.get(name) for name in _TEMPLATE)]
