"""Why the cluster makes no pods for an owner, or gave its roll-out up: conditions and events of the owner. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from primehub_deploy_ext.domain.phases import Reason
from primehub_deploy_ext.engines.kubernetes.reading.events import ClusterEvent
from primehub_deploy_ext.engines.kubernetes.reading.reasons import Failure
from primehub_deploy_ext.engines.kubernetes.reading.times import NEVER, moment

Json = dict[str, Any]

_QUOTA = re.compile(
    r"exceeded quota: (?P<quota>[^,]+), requested: (?P<asked>.+), used: (?P<used>.+), limited: (?P<all>.+)"
)
_NO_LIMIT = re.compile(r"failed quota: (?P<quota>[^:]+): must specify (?P<what>.+)")
_ABSENT = re.compile(r'serviceaccount "(?P<name>[^"]+)" not found', re.IGNORECASE)
_POLICY = re.compile(
    r"ValidatingAdmissionPolicy '(?P<policy>[^']+)' with binding '(?P<binding>[^']+)' denied request: (?P<said>.+)",
    re.DOTALL,
)
_WEBHOOK = re.compile(r'admission webhook "(?P<hook>[^"]+)" denied the request:? ?(?P<said>.*)', re.DOTALL)
_SECURITY = re.compile(r"violates PodSecurity (?P<said>.+)", re.DOTALL)


def failure_of_owner(conditions: Sequence[Json], events: Sequence[ClusterEvent] = ()) -> Failure | None:
    """Return why no pod is made, or that the roll-out took too long; None while neither is so.

    Parameters
    ----------
    conditions
        Of the Deployment and of its ReplicaSets, in any order.
    events
        About the same; ``FailedCreate`` of a ReplicaSet is there a moment before its condition is.
    """
    for one in conditions:
        if one["type"] == "ReplicaFailure" and one["status"] == "True":
            return refusal(one.get("message", ""), one.get("lastTransitionTime"))
    refused = [one for one in events if one.reason == "FailedCreate"]
    if refused:
        newest = max(refused, key=lambda one: one.time)
        if newest.time > max((one.time for one in events if one.reason == "SuccessfulCreate"), default=NEVER):
            return refusal(re.sub(r"^Error creating: ", "", newest.message), newest.first)
    for one in conditions:
        if one["type"] == "Progressing" and one["status"] == "False":
            since = moment(one.get("lastTransitionTime"))
            return Failure(Reason.START_TIMEOUT, "the roll-out made no progress in the time that it had", True, since)
    return None


def refusal(said: str, since: str | None = None) -> Failure:
    """Tell a quota's denial from that of a rule, in the words of each."""
    known = moment(since)
    if over := _QUOTA.search(said):
        message = (
            f"the quota {over['quota']!r} of the namespace leaves no room: asked {over['asked']}, "
            f"used {over['used']}, limit {over['all']}"
        )
        return Failure(Reason.QUOTA_DENIED, message, True, known)
    if unlimited := _NO_LIMIT.search(said):
        message = f"the quota {unlimited['quota']!r} of the namespace wants limits: {unlimited['what']}"
        return Failure(Reason.QUOTA_DENIED, message, True, known)
    if absent := _ABSENT.search(said):
        message = f"service account {absent['name']!r} is not in the namespace"
        return Failure(Reason.CONFIG_MISSING, message, False, known)
    if policy := _POLICY.search(said):
        message = f"the policy {policy['policy']!r} of the cluster forbids it: {policy['said'].strip()}"
    elif hook := _WEBHOOK.search(said):
        message = f"the admission webhook {hook['hook']!r} of the cluster forbids it: {hook['said'].strip()}"
    elif security := _SECURITY.search(said):
        message = f"the security standard of the namespace forbids it: {security['said'].strip()}"
    else:
        message = f"the cluster makes no pod: {re.sub(r'^pods .*? is forbidden: ', '', said)}"
    return Failure(Reason.ADMISSION_DENIED, message, True, known)
