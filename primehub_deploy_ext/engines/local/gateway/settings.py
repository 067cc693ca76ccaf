"""What may be chosen about the gateway."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass

from primehub_deploy_ext.domain.errors import InvalidInput

PORT_VARIABLE = "PRIMEHUB_DEPLOY_GATEWAY_PORT"
HOST_VARIABLE = "PRIMEHUB_DEPLOY_GATEWAY_HOST"
DEFAULT_PORT = 8437
_LARGEST_PORT = 65535


@dataclass(frozen=True)
class Settings:
    """Choices, each with a default.

    Parameters
    ----------
    host
        IP address to listen on.
    port
        The wished port; without a wish the one it had before, or :data:`DEFAULT_PORT`. If somebody else has it, a
        free one is taken.
    route_timeout
        Seconds that a replica has for a whole answer, all tries together.
    max_body
        Bytes of the largest request that is let in.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    route_timeout: float = 60.0
    max_body: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        try:
            ipaddress.ip_address(self.host)
        except ValueError as error:
            raise _invalid(HOST_VARIABLE, f"must be an IP address such as 127.0.0.1, not {self.host!r}") from error
        if self.port is not None and not 1 <= self.port <= _LARGEST_PORT:
            raise _invalid(PORT_VARIABLE, f"must be a number from 1 to {_LARGEST_PORT}, not {self.port}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read ``PRIMEHUB_DEPLOY_GATEWAY_HOST`` and ``PRIMEHUB_DEPLOY_GATEWAY_PORT``.

        Raises
        ------
        InvalidInput
            If one of them is set to something that can't be used; the message names it.
        """
        host = environment.get(HOST_VARIABLE, "").strip() or cls.host
        text = environment.get(PORT_VARIABLE, "").strip()
        if text and not (text.isascii() and text.isdigit()):
            raise _invalid(PORT_VARIABLE, f"must be a number from 1 to {_LARGEST_PORT}, not {text!r}")
        return cls(host="127.0.0.1" if host == "localhost" else host, port=int(text) if text else None)

    @property
    def caller_host(self) -> str:
        """The host part of URLs for callers on this machine."""
        address = ipaddress.ip_address(self.host)
        if address.is_unspecified:
            return "127.0.0.1" if address.version == 4 else "[::1]"
        return self.host if address.version == 4 else f"[{self.host}]"


def _invalid(variable: str, rule: str) -> InvalidInput:
    return InvalidInput(f"{variable} {rule}", fields=[{"field": variable, "message": rule}])
