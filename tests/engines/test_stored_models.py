"""One suite, every engine: models that are saved by name, and those of deployments, are there to deploy again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import joblib
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from primehub_deploy_ext.domain.errors import InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import Directory, GroupSettings
from primehub_deploy_ext.domain.models import DeploymentSpec
from primehub_deploy_ext.domain.stored import Interpreter, ModelFile
from primehub_deploy_ext.engines.base import NewSavedModel, PredictRequest
from primehub_deploy_ext.service.access import Caller
from primehub_deploy_ext.service.model_files import FilesOfServer, ModelFileService
from tests.engines.bench import Bench, double

MEMBER = Caller("ada", Directory(groups=(GroupSettings(name="lab", members=("ada",)),)))


async def saved(bench: Bench, name: str = "Double", group: str = "lab") -> NewSavedModel:
    return NewSavedModel(name=name, group=group, model=await bench.model(double), description="", user="ada")


async def test_versions_of_a_name_are_counted_and_never_given_twice(bench: Bench) -> None:
    new = await saved(bench)
    first = await bench.engine.save_model(new)
    other = await bench.engine.save_model(await saved(bench, group="other"))
    second = await bench.engine.save_model(new)
    await bench.engine.forget_model(second.number)
    third = await bench.engine.save_model(new)
    try:
        assert [model.version for model in (first, other, second, third)] == [1, 1, 2, 3]
        assert [model.number for model in await bench.engine.saved_models()] == [
            first.number,
            other.number,
            third.number,
        ]
        assert (first.created_by, first.model) == ("ada", new.model)
    finally:
        for model in (first, other, third):
            await bench.engine.forget_model(model.number)


async def test_only_what_is_stored_can_be_saved_and_only_what_is_saved_removed(bench: Bench) -> None:
    new = await saved(bench)
    missing = new.model.model_copy(update={"artifact": "f" * 64})
    with pytest.raises(InvalidInput):
        await bench.engine.save_model(NewSavedModel("X", "lab", missing, "", "ada"))
    with pytest.raises(NotFound):
        await bench.engine.forget_model(10_000_000)


async def test_models_of_deployments_are_told_once_with_the_newest_revision(bench: Bench) -> None:
    model = await bench.model(double)
    await bench.deployed("twice", model)
    await bench.engine.scale("twice", 2, user="grace")
    await bench.settled("twice")

    (found,) = await bench.engine.models()

    assert (found.model, found.use.deployment, found.use.revision) == (model, "twice", 2)
    assert found.use.created_by == "grace"
    await bench.engine.delete("twice")
    assert await bench.engine.models() == []


async def test_a_model_file_that_was_packed_serves(bench: Bench, tmp_path: Path) -> None:
    rows = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 1.0, 0.0, 0.0]})
    trained = GaussianNB().fit(rows, [0, 0, 1, 1])
    joblib.dump(trained, tmp_path / "model.joblib")
    server = FilesOfServer(tmp_path, [Interpreter(kernel="", display_name="", path=sys.executable)], 10**9)

    model = await ModelFileService(bench.engine).pack(MEMBER, ModelFile(path="model.joblib"), server)

    trial = await bench.try_out(DeploymentSpec(model=model))
    assert trial.ok, trial.message
    deployment = await bench.deployed("packed", model)
    assert model.example is not None
    answer = await bench.engine.predict(deployment.id, _request(model.example))
    # A file tells no example: what is recorded is a row of zeros.
    zeros = pd.DataFrame({"a": [0.0], "b": [0.0]})
    assert (answer.status, answer.body["outputs"][0]["data"]) == (200, trained.predict(zeros).tolist())


def _request(example: dict[str, object]) -> PredictRequest:

    return PredictRequest(body=json.dumps(example).encode())
