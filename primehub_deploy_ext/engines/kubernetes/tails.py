"""The last lines that a pod printed, read at the moment when its revision is given up."""

from __future__ import annotations

from typing import Any

from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api import Api, ApiError
from primehub_deploy_ext.engines.kubernetes.kinds import POD

Json = dict[str, Any]


async def last_words(api: Api, pod: Json, lines: int) -> list[str]:
    """Return the end of the log of the attempt that failed; what it left for the cluster where there is no log."""
    metadata, statuses = pod["metadata"], (pod.get("status") or {}).get("containerStatuses") or []
    own = next((one for one in statuses if one.get("name") == words.CONTAINER), statuses[0] if statuses else None)
    if own is None:
        return []
    ended = [(own.get(name) or {}).get("terminated") for name in ("state", "lastState")]
    previous = not ended[0] and bool(ended[1])
    path = POD.path(metadata["namespace"], metadata["name"], "log")
    query = {"container": own["name"], "tailLines": str(lines), **({"previous": "true"} if previous else {})}
    answer = await api.raw("GET", path, query=query)
    if answer.status == 200:
        return answer.body.decode(errors="replace").splitlines()
    message = next((one.get("message", "") for one in ended if one), "")
    if not message:
        raise ApiError.of(answer.status, answer.body)
    return str(message).splitlines()[-lines:]
