"""Makes the Secret with who may call anew where somebody removed or broke it.

Replicas go by it: without it none starts, and nobody can tell those that run who was let in or revoked since. What a
replica knows is the newest there is, and it tells whoever has the key; a server that called or told the deployment
before has that. Where nobody does, the clients' tokens are gone, of which there were only hashes: the endpoint stays
closed until clients are let in anew.
"""

from __future__ import annotations

import logging

from primehub_deploy_ext.engines.kubernetes.api.kinds import SECRET
from primehub_deploy_ext.engines.kubernetes.books.telling import tell
from primehub_deploy_ext.engines.kubernetes.flavors.base import Json
from primehub_deploy_ext.engines.kubernetes.guests.criers import Criers
from primehub_deploy_ext.engines.kubernetes.guests.list import (
    Guests,
    key_if_sound,
    mended_patch,
    new_key,
    new_secret,
    read_if_sound,
    without_uses,
)
from primehub_deploy_ext.engines.kubernetes.means import Means, owned_by
from primehub_deploy_ext.engines.kubernetes.reading.seen import Seen

log = logging.getLogger(__name__)


def is_sound(secret: Json) -> bool:
    """Tell whether replicas and servers can go by a Secret."""
    return bool(key_if_sound(secret)) and read_if_sound(secret) is not None


async def made_anew(means: Means, criers: Criers, seen: Seen, name: str, broken: Json | None, known_key: str) -> Json:
    """Write the Secret of a deployment anew, and say so in an event; returns it.

    Parameters
    ----------
    name
        Of the Secret.
    broken
        What there is of it.
    known_key
        The key that it had, as far as this server remembers.

    Raises
    ------
    EngineUnavailable
        If what there is of it, or what a replica knows, is in a format that only a later version of ours can read.
    ApiError
        If it can't be written; 409 where somebody else was first.
    """
    record = seen.record
    revision = record.latest.number if record else 1
    closed = Guests(private=seen.spec.access == "private", revision=revision)
    key, guests = key_if_sound(broken or {}), read_if_sound(without_uses(broken or {}))
    if guests is None:
        # By the key that replicas have; what they say is as true as the Secret was.
        for known in filter(None, dict.fromkeys((key, known_key))):
            key, guests = known, await criers.newest(seen, known)
            if guests is not None:
                break
        else:
            # Whoever goes by the old key would take an empty list for an older one.
            key, guests = new_key(), closed
    else:
        key = key or new_key()
    if broken is None:
        body = owned_by(new_secret(seen.name, name, seen.namespace, guests, key), seen.owner, seen.flavor)
        secret = await means.api.create(SECRET, body)
    else:
        secret = await means.api.patch(SECRET, name, mended_patch(broken, guests, key), seen.namespace)
    criers.nudge(seen.pods, f"{guests.version}-{secret['metadata'].get('resourceVersion', '')}")
    text = _words(name, broken is None, guests, lost=guests is closed)
    log.warning("%s: %s", seen.id, text)
    await tell(means.api, seen, "ClientsLost" if guests is closed else "AccessRestored", text, warning=True)
    return secret


def _words(name: str, removed: bool, guests: Guests, *, lost: bool) -> str:
    what = f"somebody {'removed' if removed else 'broke'} the Secret {name}, by which replicas know who may call"
    if not lost:
        count = len(guests.clients)
        return f"{what}: it was made anew with the {count} client{'' if count == 1 else 's'} that it had"
    closed = ". The endpoint is closed until clients are let in anew" if guests.private else ""
    return f"{what}: it was made anew, but the clients that it had are lost{closed}"
