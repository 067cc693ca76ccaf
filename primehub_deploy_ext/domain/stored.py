"""Models that are stored and may be deployed again: saved by name, or stored for a deployment."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from primehub_deploy_ext.domain.models import DeploymentName, Description, Model
from primehub_deploy_ext.domain.values import Value


class SaveModel(Value):
    """Body of ``POST models``: give a stored model a name. Saving under a name again makes its next version."""

    name: DeploymentName
    group: str | None = Field(
        default=None, max_length=128, description="the caller's only or personal group when left out"
    )
    model: Model
    description: Description = ""


class SavedModel(Value):
    """A model that was saved by name: it is kept until it is removed."""

    number: int = Field(description="names it in ``models/{number}``")
    name: str
    version: int = Field(description="1 at first, +1 each time that the group saves one of this name")
    group: str
    model: Model
    description: str = ""
    created_at: datetime
    created_by: str


class ModelUse(Value):
    """A deployment that a model was stored for."""

    deployment: str = Field(description="its id")
    name: str
    group: str
    revision: int = Field(description="the newest one with this model")
    created_at: datetime = Field(description="when that revision was made")
    created_by: str


class SavedAs(Value):
    """A name that a model was saved by."""

    number: int
    name: str
    version: int
    group: str
    description: str = ""
    created_at: datetime
    created_by: str


class StoredModel(Value):
    """A model that may be deployed again, and where it is known from."""

    model: Model
    saved: list[SavedAs] = Field(default_factory=list, description="newest first")
    uses: list[ModelUse] = Field(default_factory=list, description="newest first")
    last: datetime = Field(description="when it was saved or deployed last")


class StoredModelList(Value):
    """Models of the caller's groups, newest first."""

    items: list[StoredModel]
    total: int = Field(description="number that match")


class IdCheck(Value):
    """Whether an id can be had by a new deployment."""

    id: str = Field(description="the one that was asked for, or a free one made from the name")
    available: bool
    message: str = Field(default="", description="why not")


def describe(saved: SavedModel) -> SavedAs:
    """Return the name without the model."""
    return SavedAs(**{field: getattr(saved, field) for field in SavedAs.model_fields})


class ModelFile(Value):
    """Body of ``POST model-files``: make a file a stored model."""

    path: str = Field(
        min_length=1, max_length=4096, description="below the folder of the file browser, or a file: URI in it"
    )
    kernel: str = Field(
        default="", max_length=256, description="whose interpreter reads and runs it; the server's own when left out"
    )


class Interpreter(Value):
    """A Python that can run models."""

    kernel: str = Field(description="name of its kernel; empty: the server's own")
    display_name: str
    path: str


class InterpreterList(Value):
    """Interpreters to choose from; the first is the default."""

    items: list[Interpreter]
