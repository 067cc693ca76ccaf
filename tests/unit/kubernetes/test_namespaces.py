"""Which group has which namespace."""

from __future__ import annotations

from typing import Any

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.known.namespaces import by_group, group_of


def namespace(name: str, group: str | None, created: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    labels = {} if group is None else {words.GROUP: group}
    return {"metadata": {"name": name, "labels": labels, "creationTimestamp": created}}


def test_the_label_names_the_group_and_is_the_namespace_when_empty() -> None:
    assert group_of(namespace("ns-1", "research")) == "research"
    assert group_of(namespace("sales", "")) == "sales"
    assert group_of(namespace("kube-system", None)) is None
    assert group_of({"metadata": {"name": "bare"}}) is None


def test_of_two_namespaces_the_older_one_has_the_group_and_the_other_is_told() -> None:
    found, problems = by_group(
        [
            namespace("late", "research", "2026-02-01T00:00:00Z"),
            namespace("early", "research"),
            namespace("other", None),
        ]
    )
    assert {group: ns["metadata"]["name"] for group, ns in found.items()} == {"research": "early"}
    assert problems == ["The namespace 'late' is left out: 'early' has the group 'research' already."]
