"""What a model takes and gives, as it was recorded when it was deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TensorSpec:
    """One input or output: name, Open Inference Protocol datatype, shape with -1 where the size is free."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as model metadata has it."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Tell whether an array of this shape fits."""
        return len(shape) == len(self.shape) and all(
            want in (-1, have) for want, have in zip(self.shape, shape, strict=True)
        )


@dataclass(frozen=True)
class Signature:
    """The inputs and outputs of a model; ``content_type`` is ``np``, ``pd`` or ``json``."""

    content_type: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Signature:
        """Read a signature of the domain's schema."""
        return cls(value["content_type"], _specs(value["inputs"]), _specs(value.get("outputs", ())))


def _specs(values: Any) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(value["name"], value["datatype"], tuple(value["shape"])) for value in values)
