"""Fixtures for whatever runs on the real cluster. Where it can't run, tests fail: they are never skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.cluster.cluster import Cluster


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The cluster of this machine, started if it doesn't run. It goes on afterwards: ``make cluster`` ends it."""
    return Cluster.of_this_machine().up()


@pytest.fixture(scope="session")
def namespaces_made(cluster: Cluster) -> Iterator[list[str]]:
    """Namespaces to be removed; at the end of the session all of them are gone."""
    made: list[str] = []
    yield made
    if made:
        cluster.kubectl("delete", "namespace", "--ignore-not-found", "--timeout=90s", *made)


@pytest.fixture
def namespace(cluster: Cluster, namespaces_made: list[str]) -> Iterator[Callable[..., str]]:
    """Make namespaces; those of a test are on their way out when it ends, whatever came of it."""
    mine: list[str] = []

    def make(name: str = "test") -> str:
        mine.append(cluster.make_namespace(name))
        namespaces_made.append(mine[-1])
        return mine[-1]

    yield make
    if mine:
        cluster.kubectl("delete", "namespace", "--wait=false", *mine)
