"""Whether an image has the libraries that a model was made with, told before the model runs there."""

from __future__ import annotations

from dataclasses import asdict

from primehub_deploy_ext.domain.drift import drift_between
from primehub_deploy_ext.domain.models import DriftAnswer, DriftQuestion, LibraryDrift
from primehub_deploy_ext.engines.base import Engine
from primehub_deploy_ext.service.access import Caller


class DriftService:
    """Compares models with images.

    Parameters
    ----------
    engine
        Who knows what is in images.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def compare(self, caller: Caller, question: DriftQuestion) -> DriftAnswer:
        """Return what differs; nothing where models run with the Python that trained them."""
        caller.require_some_group()
        can = self._engine.capabilities
        image = (question.image or can.runner_image) if can.images else ""
        if not image:
            return DriftAnswer(image="", known=False)
        groups = [group.name for group in caller.groups]
        here = await self._engine.libraries(image, question.packages, groups=groups)
        if here is None:
            return DriftAnswer(image=image, known=False)
        return DriftAnswer(
            image=image,
            known=True,
            unknown=sorted(question.packages.keys() - here.packages.keys()),
            items=[
                LibraryDrift(**asdict(one)) for one in drift_between(question.python_version, question.packages, here)
            ],
        )
