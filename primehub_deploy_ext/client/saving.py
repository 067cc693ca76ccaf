"""Models kept by name, without an endpoint: forms and other people's notebooks deploy them later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from primehub_deploy_ext.client.rest import RestClient
from primehub_deploy_ext.client.submission import stored_model

Json = dict[str, Any]


@dataclass(frozen=True)
class SavedModel:
    """A model that is kept by a name and a version.

    Parameters
    ----------
    name, version, group
        Of the group's models of this name, the first is version 1.
    number
        What the server calls it.
    """

    name: str
    version: int
    group: str
    number: int
    _rest: RestClient = field(repr=False, compare=False)

    def forget(self) -> None:
        """Remove it; deployments that have it keep it.

        Raises
        ------
        NotFound
            If it is gone already.
        """
        self._rest.forget_model(self.number)


def save(
    rest: RestClient, model: Any, name: str, *, example: Any, group: str | None, description: str, adapter: str | None
) -> SavedModel:
    """Store a model and keep it by a name."""
    body: Json = {
        "name": name.strip(),
        "model": stored_model(rest, model, example=example, adapter=adapter),
        "description": description,
    }
    saved = rest.save_model(body if group is None else {**body, "group": group})
    return SavedModel(saved["name"], saved["version"], saved["group"], saved["number"], rest)
