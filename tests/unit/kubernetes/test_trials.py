"""Trials of several servers in one namespace, and what is refused before anything is made."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.mask import MASK
from primehub_deploy_ext.domain.models import DeploymentSpec, Model
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.kinds import POD, SECRET, Kind
from primehub_deploy_ext.engines.kubernetes.trials import Trials, is_forgotten

MADE = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def left(name: str, limit: str | None) -> dict[str, Any]:
    annotations = {} if limit is None else {words.TRIAL_LIMIT: limit}
    return {"metadata": {"name": name, "creationTimestamp": "2026-01-01T12:00:00Z", "annotations": annotations}}


@pytest.mark.parametrize(
    ("limit", "seconds", "forgotten"),
    [
        ("600", 500, False),  # its server gives it ten minutes
        ("600", 661, True),
        ("6", 60, False),
        ("6", 67, True),
        (None, 100, False),  # made by a server from before
        (None, 181, True),
        ("soon", 181, True),
        ("nan", 181, True),
        ("inf", 181, True),
    ],
)
def test_what_a_trial_left_has_the_limit_of_its_own_server(limit: str | None, seconds: int, forgotten: bool) -> None:
    assert is_forgotten(left("trial-1", limit), MADE + timedelta(seconds=seconds), otherwise=120) is forgotten


class Place:
    """A namespace with what trials left there, whose cluster has a clock of its own."""

    namespace = "team"

    def __init__(self, clock: datetime, *items: dict[str, Any]) -> None:
        self.time = clock
        self.items = items
        self.removed: list[tuple[Kind, str]] = []
        self.created: list[str] = []
        settings = SimpleNamespace(trial_limit=5.0)
        means: Any = SimpleNamespace(api=self, settings=settings)
        self.trials = Trials(means)

    async def clock(self) -> datetime:
        return self.time

    async def list(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return list(self.items)

    async def delete(self, kind: Kind, name: str, *_: Any, **__: Any) -> None:
        self.removed.append((kind, name))


async def test_a_server_with_a_short_limit_ends_nobody_elses_trial() -> None:
    # By this machine's clock all of it was forgotten long ago.
    place = Place(MADE + timedelta(seconds=200), left("theirs", "600"), left("nobodys", "5"))
    await place.trials.sweep(place)  # type: ignore[arg-type]
    assert place.removed == [(POD, "nobodys"), (SECRET, "nobodys")]


async def test_values_that_cant_be_read_are_no_values() -> None:
    spec = DeploymentSpec(model=Model(image="web:1"), env={"TOKEN": MASK, "MODE": "fast", "KEY": MASK})
    with pytest.raises(InvalidInput, match="the values of KEY, TOKEN can't be read now") as refused:
        await Place(MADE).trials.run(spec, None, "team")
    assert [field["field"] for field in refused.value.fields] == ["env.KEY", "env.TOKEN"]
