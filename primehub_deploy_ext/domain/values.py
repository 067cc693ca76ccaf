"""The base of all values that travel between the layers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Unknown fields are refused, instances don't change."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
