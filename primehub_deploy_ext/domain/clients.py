"""Clients: the named tokens of a private endpoint."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.values import Value

MAX_CLIENTS = 1000
TOKEN_BYTES = 32


def _check_client_name(value: str) -> str:
    if not names.is_client_name(value):
        raise ValueError(names.CLIENT_NAME_RULE)
    return value


# No dot, which ends the name in a token.
ClientName = Annotated[
    str,
    AfterValidator(_check_client_name),
    Field(json_schema_extra={"pattern": names.CLIENT_NAME_PATTERN, "x-rule": names.CLIENT_NAME_RULE}),
]


def new_token(name: str) -> str:
    """Return a token of 256 random bits that carries its client's name: the same text works for Basic and Bearer."""
    return f"{name}.{secrets.token_urlsafe(TOKEN_BYTES)}"


class CreateClient(Value):
    """Body of ``POST deployments/{id}/clients``."""

    name: ClientName
    expires_at: AwareDatetime | None = Field(default=None, description="in the future; none: until it is revoked")


class Client(Value):
    """Who may call a private endpoint."""

    name: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    last_used_at: datetime | None = Field(default=None, description="none: never yet")


class ClientToken(Value):
    """A client that was just added, with its token. The token is shown this once and stored as a hash."""

    client: Client
    token: str


class ClientList(Value):
    """Clients of a deployment, by name."""

    items: list[Client]
