"""What this engine calls its objects, and the labels and annotations by which it knows them again. Pure.

Labels are what is selected by, so their values are short and of few characters; annotations carry the rest.
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from __future__ import annotations

import hashlib
import re

PREFIX = "primehub-deploy.io/"

# --------------------------------------------------------------------------- labels

# On everything that this engine made; without it an object was made elsewhere, and is never written unasked.
MANAGED_BY = PREFIX + "managed-by"
MANAGER = "primehub-deploy"
# Id of the deployment that an object belongs to.
DEPLOYMENT = PREFIX + "deployment"
# On pods and what they are made from: number of the revision whose template they run. On a history entry: its own.
REVISION = PREFIX + "revision"
# What part of a deployment an object is: `replica`, `trial`, `order`, `access`, `history`.
PART = PREFIX + "part"
# On namespaces: the group that the namespace is (value empty: its name).
GROUP = PREFIX + "group"

# --------------------------------------------------------------------------- annotations

# On namespaces: whether the group may deploy.
ENABLED = PREFIX + "enabled"
# What people read; on namespaces too.
DISPLAY_NAME = PREFIX + "display-name"
CREATED_BY = PREFIX + "created-by"
# JSON: which revision is wanted, which serves, which is the newest and what came of it (`record.py`).
RECORD = PREFIX + "record"
# JSON: the specification that is wanted, without the values of its environment.
SPEC = PREFIX + "spec"
# JSON: what a roll-out was granted of the quota for as long as it lasts.
RESERVED = PREFIX + "reserved"
# JSON, on a history entry: outcome, reason, message, last log lines, steps.
OUTCOME = PREFIX + "outcome"
# Name of the Secret by which replicas check who calls, for as long as the deployment lives.
ACCESS = PREFIX + "access"
# On a pod: the version of that Secret that it should know; that it changes makes the kubelet look at what it mounts.
ACCESS_VERSION = PREFIX + "access-version"
# JSON, on a history entry: what the cluster told in its time, which it forgets within the hour (`happenings.py`).
EVENTS = PREFIX + "events"
# On a pod that somebody ended: how, and who, for the story that events tell.
ENDED_BY = PREFIX + "ended-by"

# On what is made for a trial: seconds that its own server gives it.
TRIAL_LIMIT = PREFIX + "trial-limit"

# --------------------------------------------------------------------------- inside pods

CONTAINER = "model"
# What a model is called that is only tried out.
TRIAL = "trial"
REVISION_VARIABLE = "PRIMEHUB_DEPLOY_REVISION"
PORT_NAME = "http"
PORT = 9000
SERVICE_PORT = 80
ORDER_VOLUME = "order"
ORDER_FOLDER = "/etc/primehub-deploy"
ORDER_FILE = "order.json"
ACCESS_VOLUME = "access"
ACCESS_FOLDER = "/etc/primehub-deploy-access"
ACCESS_DOCUMENT, ACCESS_KEY = "access.json", "key"
ARTIFACT_VOLUME = "artifacts"
ARTIFACT_FOLDER = "/artifacts"

_LONGEST_LABEL = 63


def owned(id: str, part: str | None = None, revision: int | None = None) -> dict[str, str]:
    """Return the labels of an object that belongs to a deployment."""
    labels = {MANAGED_BY: MANAGER, DEPLOYMENT: id}
    if part is not None:
        labels[PART] = part
    if revision is not None:
        labels[REVISION] = str(revision)
    return labels


def of_trials() -> dict[str, str]:
    """Return the labels of what is made to try a model out: it belongs to no deployment."""
    return {MANAGED_BY: MANAGER, PART: "trial"}


def named(id: str, part: str | None = None, revision: int | None = None) -> dict[str, str]:
    """Return the labels of what is a deployment to people too: with the name that tools of others show."""
    return {**owned(id, part, revision), "app.kubernetes.io/name": id}


def selector(labels: dict[str, str]) -> str:
    """Write labels as the API selects by them."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def history_name(id: str, number: int) -> str:
    """Return the name of a revision's history entry."""
    return f"{id}-{number}"


def order_name(id: str, number: int, salt: str) -> str:
    """Return the name of the Secret with what the replicas of a revision are told; ``salt`` parts racing wishes."""
    return f"{id}-{number}-{salt}"


def access_name(id: str, salt: str) -> str:
    """Return the name of the Secret by which replicas check who calls; ``salt`` parts racing wishes."""
    return f"{id}-access-{salt}"


def label_value(text: str) -> str:
    """Return a text as the value of a label: unchanged where it may be one, else readable and still its own."""
    if re.fullmatch(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?", text):
        return text
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{readable[: _LONGEST_LABEL - 9].rstrip('-._')}-{digest}".lstrip("-")
