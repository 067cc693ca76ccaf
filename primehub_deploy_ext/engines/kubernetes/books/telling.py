"""Events of our own: what was done, where every tool shows events."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.client import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.api.kinds import EVENT, POD
from primehub_deploy_ext.engines.kubernetes.books.record import now
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

Json = dict[str, Any]

log = logging.getLogger(__name__)


async def tell(
    api: Api, seen: Seen, reason: str, message: str, *, pod: Json | None = None, warning: bool = False
) -> None:
    """Make an event; that it fails stops nobody.

    Parameters
    ----------
    pod
        Whom it is about, if not the whole deployment.
    """
    clock = now().isoformat().replace("+00:00", "Z")
    kind, metadata = (POD, pod["metadata"]) if pod else (seen.flavor.owner, seen.owner["metadata"])
    body = EVENT.stub(f"{metadata['name']}.{secrets.token_hex(8)}", seen.namespace)
    body |= {
        "involvedObject": {
            "apiVersion": kind.api_version,
            "kind": kind.kind,
            "name": metadata["name"],
            "namespace": seen.namespace,
            "uid": metadata["uid"],
        },
        "reason": reason,
        "message": message,
        "type": "Warning" if warning else "Normal",
        "eventTime": clock,
        "firstTimestamp": clock[:19] + "Z",
        "lastTimestamp": clock[:19] + "Z",
        "count": 1,
        "action": reason,
        "reportingComponent": words.MANAGER,
        "reportingInstance": words.MANAGER,
        "source": {"component": words.MANAGER},
    }
    try:
        await api.create(EVENT, body)
    except ApiError as error:
        log.info("%s: no event could be written: %s", seen.id, error)
