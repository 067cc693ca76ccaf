"""Who may call a private endpoint: the token that a client was given, and until when it is good."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from primehub_deploy_ext.client.wording import shown
from primehub_deploy_ext.domain.errors import InvalidInput

ACCESS = ("public", "private")


@dataclass(frozen=True)
class ClientToken:
    """A client that was just added, with its token: keep it now, nobody can show it again.

    Parameters
    ----------
    client
        Name of the client; the model sees it in the header ``X-Forwarded-User``.
    token
        The secret, for ``curl -u <client>:<token>`` and ``Authorization: Bearer <token>``.
    expires_at
        When it stops to be good, ISO 8601; None: when it is revoked.
    curl
        A shell command that calls the endpoint with it.
    public
        Whether the endpoint lets everybody in at present, with or without a token.
    """

    client: str
    token: str
    expires_at: str | None
    curl: str
    public: bool = False

    def __str__(self) -> str:
        return self.token

    def __repr__(self) -> str:
        until = f"until {self.expires_at}" if self.expires_at else "until it is revoked"
        public = (
            "The endpoint is public, and asks for tokens after update(access='private') only. " if self.public else ""
        )
        return (
            f"{public}Token of the client {self.client!r}, good {until}. Keep it now, it can't be shown again:\n"
            f"{self.token}\n\n{self.curl}"
        )

    def _repr_html_(self) -> str:
        head, token, _, curl = repr(self).split("\n", 3)
        style = "user-select: all; white-space: pre-wrap; overflow-wrap: anywhere"
        lines = "".join(f'<pre style="{style}">{html.escape(text)}</pre>' for text in (token, curl))
        return f"<div>{html.escape(head)}</div>{lines}"


def check_access(access: Any) -> None:
    """Refuse what is neither public nor private, before a model is packed and sent."""
    if access not in ACCESS:
        rule = "'public' or 'private'"
        raise InvalidInput(
            f"access: {shown(access)} can't be used; it is {rule}", fields=[{"field": "access", "message": rule}]
        )


def expiry_time(expires: Any) -> str | None:
    """Return a time as the API takes it.

    Parameters
    ----------
    expires
        A datetime (local time unless it says otherwise), a timedelta from now, the same as ISO 8601 text, or None.
    """
    if isinstance(expires, str):
        try:
            time = datetime.fromisoformat(expires)
        except ValueError:
            # More is ISO 8601 than this Python reads; the server judges.
            return expires
        return expires if time.tzinfo else time.astimezone(timezone.utc).isoformat()
    if expires is None:
        return None
    if isinstance(expires, timedelta):
        return (datetime.now(timezone.utc) + expires).isoformat()
    if isinstance(expires, datetime):
        return expires.astimezone(timezone.utc).isoformat()
    raise InvalidInput(
        f"expires: {shown(expires)} is no time; give a datetime, a timedelta from now, or ISO 8601 text",
        fields=[{"field": "expires_at", "message": "a datetime, a timedelta, or ISO 8601 text"}],
    )
