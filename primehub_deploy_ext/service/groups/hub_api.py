"""What a single-user server asks the JupyterHub that started it.

``GET user`` tells any token its owner's name, groups and admin flag; ``GET groups`` needs the scopes ``list:groups``
and, for the members, ``read:groups`` (https://jupyterhub.readthedocs.io/en/stable/rbac/scopes.html).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

from primehub_deploy_ext.service.groups.remembered import Refused, Unreachable

_PAGES = "application/jupyterhub-pagination+json"
# What Hubs allow at most by default (`JupyterHub.api_page_max_limit`).
_PAGE = 200
_OK = 200
_FORBIDDEN = {401, 403}
_UNKNOWN = 404

# Members by group; None where the token may not see them.
HubGroups = Mapping[str, tuple[str, ...] | None]


class HubUnreachable(Unreachable):
    """The Hub did not answer, or not what a Hub answers: it may be back soon."""


class HubRefused(Refused):
    """The Hub answered that the token may not do this; the message is the Hub's."""


@dataclass(frozen=True)
class HubUser:
    """A user as the Hub knows them.

    Parameters
    ----------
    scopes
        What the token that asked may do; None where the Hub doesn't say.
    """

    name: str
    admin: bool
    groups: tuple[str, ...]
    scopes: frozenset[str] | None = None

    def may(self, scope: str) -> bool:
        """Tell whether the token may have a scope, for all or for some."""
        return self.scopes is None or any(held.split("!")[0] == scope for held in self.scopes)


class HubApi:
    """The Hub's REST API, with a server's own token.

    Parameters
    ----------
    environ
        Where the Hub left its address, the token, and the certificates when it uses them inside.
    timeout
        Seconds to wait for an answer.
    """

    def __init__(self, environ: Mapping[str, str], timeout: float) -> None:
        self.url = environ["JUPYTERHUB_API_URL"].rstrip("/")
        self._token = environ["JUPYTERHUB_API_TOKEN"]
        self._timeout = timeout
        # Hubs that encrypt what is said inside (`JupyterHub.internal_ssl`) give each server a certificate.
        self._key = environ.get("JUPYTERHUB_SSL_KEYFILE") or None
        self._certificate = environ.get("JUPYTERHUB_SSL_CERTFILE") or None
        self._authority = environ.get("JUPYTERHUB_SSL_CLIENT_CA") or None
        # Its own: the shared one may be busy with a single-user server's other requests.
        self._client = AsyncHTTPClient(force_instance=True)

    def close(self) -> None:
        """Give up what is under way."""
        self._client.close()

    async def whoami(self) -> HubUser:
        """Return the owner of the token.

        Raises
        ------
        HubRefused
            If the token counts no more: the server was stopped at the Hub, or the user is gone.
        HubUnreachable
            If there is no answer.
        """
        model = await self._get("user")
        scopes = model.get("scopes")
        return _user(model, frozenset(map(str, scopes)) if isinstance(scopes, list) else None)

    async def user(self, name: str) -> HubUser | None:
        """Return another user; None if there is none, or the token may not see their groups (the Hub doesn't tell)."""
        try:
            model = await self._get(f"users/{quote(name, safe='')}")
        except HubRefused:
            return None
        return _user(model) if isinstance(model.get("groups"), list) else None

    async def groups(self) -> HubGroups:
        """Return all groups that the token may list.

        Raises
        ------
        HubRefused
            If it may list none.
        HubUnreachable
            If there is no answer.
        """
        found: dict[str, tuple[str, ...] | None] = {}
        offset: int | None = 0
        while offset is not None:
            page = await self._get(f"groups?offset={offset}&limit={_PAGE}", accept=_PAGES)
            for group in page["items"]:
                users = group.get("users")
                found[str(group["name"])] = None if users is None else tuple(map(str, users))
            after = (page.get("_pagination") or {}).get("next")
            # Only ever forward, whatever is answered.
            offset = int(after["offset"]) if after and int(after["offset"]) > offset else None
        return found

    async def _get(self, path: str, accept: str = "application/json") -> dict[str, Any]:
        try:
            answer = await self._client.fetch(
                HTTPRequest(
                    f"{self.url}/{path}",
                    headers={"Authorization": f"token {self._token}", "Accept": accept},
                    connect_timeout=self._timeout,
                    request_timeout=self._timeout,
                    follow_redirects=False,
                    client_key=self._key,
                    client_cert=self._certificate,
                    ca_certs=self._authority,
                ),
                raise_error=False,
            )
        except (HTTPClientError, OSError) as error:
            raise HubUnreachable(f"{self.url}: {error}") from error
        if answer.code in _FORBIDDEN or (answer.code == _UNKNOWN and path.startswith("users/")):
            raise HubRefused(_words(answer))
        if answer.code != _OK:
            raise HubUnreachable(f"{self.url} answered {answer.code} {_words(answer)}".rstrip())
        return _checked(path, answer)


def _checked(path: str, answer: HTTPResponse) -> dict[str, Any]:
    try:
        model = json.loads(answer.body)
        if path.startswith("groups"):
            # Hubs before 2.0 know no pages.
            model = {"items": model} if isinstance(model, list) else model
            sound = all(isinstance(group["name"], str) for group in model["items"])
        else:
            sound = isinstance(model["name"], str)
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise HubUnreachable(f"what answered at {answer.effective_url} is no JupyterHub")
    checked: dict[str, Any] = model
    return checked


def _user(model: Mapping[str, Any], scopes: frozenset[str] | None = None) -> HubUser:
    groups = model.get("groups")
    return HubUser(
        name=str(model["name"]),
        admin=model.get("admin") is True,
        groups=tuple(map(str, groups)) if isinstance(groups, list) else (),
        scopes=scopes,
    )


def _words(answer: HTTPResponse) -> str:
    """Return the Hub's own words."""
    try:
        return str(json.loads(answer.body)["message"] or answer.reason)
    except (ValueError, KeyError, TypeError):
        return str(answer.reason)
