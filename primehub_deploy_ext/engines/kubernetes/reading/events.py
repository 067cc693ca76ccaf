"""What the cluster told, as it is held: an event takes half a kilobyte, and 5,000 pods that start tell 25,000. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from primehub_deploy_ext.engines.kubernetes.reading.times import NEVER, moment


class ClusterEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An ``Event`` of the core API.

    Parameters
    ----------
    name, created
        Its own, not those of what it is about.
    kind, about, about_uid
        What it is about: its kind, name and uid.
    container
        The container that it is about; empty: the whole.
    times
        How often it was told.
    first, last
        When it was told first and last, as the API writes times.
    """

    name: str
    created: str = ""
    kind: str = ""
    about: str = ""
    about_uid: str = ""
    container: str = ""
    reason: str = ""
    message: str = ""
    is_warning: bool = False
    component: str = ""
    times: int = 1
    first: str = ""
    last: str = ""

    @property
    def time(self) -> datetime:
        """When it was told last."""
        return moment(self.last) or NEVER

    @property
    def since(self) -> datetime:
        """When it was told first."""
        return moment(self.first) or NEVER
