"""Whether packets get from this server into the cluster, or requests have to go through the API server."""

from __future__ import annotations

import asyncio
import time

from primehub_deploy_ext.engines.patience import within

# A network that was not reachable may become so (a VPN), and the other way round.
_REMEMBER = 120.0
CONNECT_LIMIT = 1.5


class Road:
    """The direct road to one network of the cluster, that of pods or that of Services.

    Parameters
    ----------
    reach
        The setting of this name. ``service``: always directly; ``proxy``: never; ``auto``: where packets get there.
    """

    def __init__(self, reach: str) -> None:
        self.only = reach == "service"
        self._tried = reach == "auto"
        self._blocked_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether to go directly, as far as is known."""
        return self.only or (self._tried and time.monotonic() >= self._blocked_until)

    def blocked(self) -> None:
        """No packet gets there: the other way is taken for the next minutes."""
        self._blocked_until = time.monotonic() + _REMEMBER


async def knock(address: str, port: int) -> bool | None:
    """Tell whether somebody opens; None where no packet gets there at all."""
    try:
        _, writer = await within(
            CONNECT_LIMIT, asyncio.open_connection(address, port), lost=lambda opened: opened[1].close()
        )
    except ConnectionRefusedError:
        return False
    except (OSError, asyncio.TimeoutError):
        return None
    writer.close()
    return True


def host_of(address: str) -> str:
    """Return an address as URLs have it."""
    return f"[{address}]" if ":" in address else address
