"""Alerts of deployments: evaluated at every look, told by events and webhooks."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from primehub_deploy_ext.domain.metrics import Alerts, AlertSettings, AlertState
from primehub_deploy_ext.engines.local.metering.census import Census, DeploymentFacts
from primehub_deploy_ext.engines.local.store import Store, now
from primehub_deploy_ext.monitoring import alerts
from primehub_deploy_ext.monitoring.alerts import Change, Seen
from primehub_deploy_ext.monitoring.sample import Sample
from primehub_deploy_ext.monitoring.series import Point

PAUSES = (0.0, 2.0, 10.0, 60.0)
_TIMEOUT = 5.0

log = logging.getLogger(__name__)


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
        self._known = {
            uid: (AlertSettings.model_validate(body["settings"]), _states(body["states"]))
            for uid, body in store.alerts().items()
        }
        self._troubles: dict[int, str] = {}
        self._calls: set[asyncio.Task[None]] = set()

    def of(self, uid: int) -> Alerts:
        """Return the rules of a deployment and how they stand."""
        settings, states = self._known.get(uid, (AlertSettings(), {}))
        return Alerts(
            rules=settings.rules,
            webhook=alerts.masked_webhook(settings.webhook),
            states=[states.get(rule.kind) or AlertState(kind=rule.kind, state="unknown") for rule in settings.rules],
            delivery=self._troubles.get(uid, ""),
        )

    def firing(self, uid: int) -> list[str]:
        """Return the kinds of a deployment's alerts that fire."""
        return alerts.firing(list(self._known[uid][1].values())) if uid in self._known else []

    def set(self, uid: int, settings: AlertSettings) -> Alerts:
        """Replace the rules; a webhook that is sent back as it was shown stays."""
        before, states = self._known.get(uid, (AlertSettings(), {}))
        if settings.webhook == alerts.masked_webhook(before.webhook):
            settings = settings.model_copy(update={"webhook": before.webhook})
        kinds = {rule.kind for rule in settings.rules if rule in before.rules}
        self._known[uid] = (settings, {kind: state for kind, state in states.items() if kind in kinds})
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
        settings, states = self._known[deployment.uid]
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
        settings, states = self._known[uid]
        kept = [state.model_dump(mode="json") for state in states.values()]
        self._store.save_alerts(uid, {"settings": settings.model_dump(mode="json"), "states": kept})

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


def _states(kept: list[dict[str, Any]]) -> dict[str, AlertState]:
    return {state.kind: state for state in map(AlertState.model_validate, kept)}
