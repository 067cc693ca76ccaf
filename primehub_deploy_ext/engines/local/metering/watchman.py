"""Alerts of deployments: evaluated at every look, told by events and webhooks."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from primehub_deploy_ext.domain.errors import Conflict, InvalidInput
from primehub_deploy_ext.domain.metrics import AlertKind, Alerts, AlertSettings, AlertState
from primehub_deploy_ext.engines.local.metering.census import Census, DeploymentFacts
from primehub_deploy_ext.engines.local.store import Store, now
from primehub_deploy_ext.monitoring import alerts
from primehub_deploy_ext.monitoring.alerts import Change, Seen
from primehub_deploy_ext.monitoring.sample import Sample
from primehub_deploy_ext.monitoring.series import Point

PAUSES = (0.0, 2.0, 10.0, 60.0)
_TIMEOUT = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Kept:
    """The rules of one deployment, how they stand, and how often the rules were changed."""

    settings: AlertSettings = field(default_factory=AlertSettings)
    states: dict[AlertKind, AlertState] = field(default_factory=dict)
    version: int = 0

    @classmethod
    def loaded(cls, body: dict[str, Any]) -> _Kept:
        states = [AlertState.model_validate(state) for state in body["states"]]
        settings = AlertSettings.model_validate(body["settings"])
        return cls(settings, {state.kind: state for state in states}, body.get("version", 1))

    def dumped(self) -> dict[str, Any]:
        states = [state.model_dump(mode="json") for state in self.states.values()]
        return {"settings": self.settings.model_dump(mode="json"), "states": states, "version": self.version}


class Watchman:
    """The rules of all deployments, and how they stand.

    Parameters
    ----------
    store
        Keeps both.
    window
        Gives the newest seconds of a deployment by its uid.
    tell
        Notes an alert that begins or ends in the history of a deployment, by id.
    """

    def __init__(self, store: Store, window: Callable[[int, int], Point], tell: Callable[[str, Change], None]) -> None:
        self._store = store
        self._window = window
        self._tell = tell
        self._known: dict[int, _Kept] = {}
        for uid, body in store.alerts().items():
            try:
                self._known[uid] = _Kept.loaded(body)
            except ValidationError as error:
                log.warning("alert rules of an earlier version are forgotten: %s", error)
        self._troubles: dict[int, str] = {}
        self._calls: set[asyncio.Task[None]] = set()

    def of(self, uid: int) -> Alerts:
        """Return the rules of a deployment and how they stand."""
        kept = self._known.get(uid, _Kept())
        rules = kept.settings.rules
        return Alerts(
            rules=rules,
            webhook=alerts.masked_webhook(kept.settings.webhook),
            version=kept.version,
            states=[kept.states.get(rule.kind) or AlertState(kind=rule.kind, state="unknown") for rule in rules],
            delivery=self._troubles.get(uid, ""),
        )

    def firing(self, uid: int) -> list[str]:
        """Return the kinds of a deployment's alerts that fire."""
        return alerts.firing(list(self._known[uid].states.values())) if uid in self._known else []

    def set(self, uid: int, settings: AlertSettings, *, if_match: int | None = None) -> Alerts:
        """Replace the rules; a webhook that is sent back as it was shown stays.

        Raises
        ------
        Conflict
            If they are not those any more that the caller saw.
        InvalidInput
            If the webhook is one as it was shown, and not the one that there is.
        """
        kept = self._known.get(uid, _Kept())
        if if_match is not None and if_match != kept.version:
            raise Conflict(
                "somebody else changed the alerts meanwhile: read them again",
                details={"version": kept.version, "seen": if_match},
            )
        before = kept.settings
        if settings.webhook == alerts.masked_webhook(before.webhook):
            settings = settings.model_copy(update={"webhook": before.webhook})
        elif alerts.is_masked(settings.webhook):
            rule = "is shown without its path: type it anew"
            raise InvalidInput(f"webhook {rule}", fields=[{"field": "webhook", "message": rule}])
        kinds = {rule.kind for rule in settings.rules if rule in before.rules}
        states = {kind: state for kind, state in kept.states.items() if kind in kinds}
        self._known[uid] = _Kept(settings, states, kept.version + 1)
        self._troubles.pop(uid, None)
        self._keep(uid)
        return self.of(uid)

    def look(self, census: Census) -> None:
        """Evaluate all rules."""
        for deployment in census.deployments:
            if deployment.uid in self._known:
                self._look_at(deployment, now())
        living = {deployment.uid for deployment in census.deployments}
        for uid in [uid for uid in self._known if uid not in living]:
            del self._known[uid]

    def close(self) -> None:
        """Give up calls that wait to be tried again."""
        for call in self._calls:
            call.cancel()

    def _look_at(self, deployment: DeploymentFacts, clock: datetime) -> None:
        settings, states = self._known[deployment.uid].settings, self._known[deployment.uid].states
        changed = False
        for rule in settings.rules:
            if not rule.enabled:
                states.pop(rule.kind, None)
                continue
            seen = Seen(
                self._window(deployment.uid, rule.window).sample or Sample(),
                deployment.desired,
                sum(replica.ready for replica in deployment.replicas),
            )
            before = states.get(rule.kind)
            states[rule.kind], change = alerts.step(rule, before, seen, clock)
            changed |= before is None or before.state != states[rule.kind].state
            if change is not None:
                self._tell(deployment.id, change)
                if settings.webhook:
                    self._spawn(deployment, settings.webhook, change, clock)
        if changed:
            self._keep(deployment.uid)

    def _keep(self, uid: int) -> None:
        self._store.save_alerts(uid, self._known[uid].dumped())

    def _spawn(self, deployment: DeploymentFacts, url: str, change: Change, clock: datetime) -> None:
        body = {
            "deployment": deployment.id,
            "name": deployment.name,
            "group": deployment.group,
            "alert": change.kind,
            "state": "firing" if change.firing else "resolved",
            "message": change.message,
            "value": change.value,
            "time": clock.isoformat(),
        }
        # What Slack and its kin show.
        body["text"] = f"{deployment.name}: {change.kind} {body['state']}: {change.message}"
        call = asyncio.get_running_loop().create_task(self._call(deployment.uid, url, body))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self, uid: int, url: str, body: dict[str, Any]) -> None:
        trouble = ""
        for pause in PAUSES:
            await asyncio.sleep(pause)
            trouble = await _post(url, body)
            if not trouble:
                self._troubles.pop(uid, None)
                return
            self._troubles[uid] = f"{alerts.masked_webhook(url)}: {trouble}"
        log.warning("the webhook of %s was given up: %s", body["deployment"], trouble)


async def _post(url: str, body: dict[str, Any]) -> str:
    """Return what went wrong; empty if nothing did."""
    from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest

    request = HTTPRequest(
        url,
        method="POST",
        body=json.dumps(body),
        headers={"Content-Type": "application/json"},
        request_timeout=_TIMEOUT,
        connect_timeout=_TIMEOUT,
        follow_redirects=False,
    )
    try:
        await AsyncHTTPClient().fetch(request)
    except HTTPError as error:
        return f"answered {error.code}" if error.code != 599 else str(error.message)
    except (OSError, ValueError) as error:
        return str(error)
    return ""
