"""Model files of the file browser: packed by a process of the interpreter that is to run them."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from primehub_deploy_ext.app import PrimehubDeploy
from primehub_deploy_ext.service import model_files
from tests.server.api import Answer, Api
from tests.server.fake_engine import FakeEngine

X = pd.DataFrame({"sepal length": [5.1, 6.2, 4.9], "sepal width": [3.5, 2.9, 3.0]})


@pytest.fixture
def root(jp_root_dir: Path) -> Path:
    """The folder of the file browser, with a model of each kind in it."""
    model = GaussianNB().fit(X, [0, 1, 0])
    (jp_root_dir / "models").mkdir()
    joblib.dump(model, jp_root_dir / "models" / "iris.joblib")
    (jp_root_dir / "iris.pkl").write_bytes(pickle.dumps(model))
    return jp_root_dir


async def pack(api: Api, path: str, **more: str) -> Answer:
    return await api("POST", "model-files", {"path": path, **more})


@pytest.mark.parametrize("path", ["models/iris.joblib", "iris.pkl", "/iris.pkl"])
async def test_a_model_file_becomes_a_stored_model_that_tells_what_goes_in(
    api: Api, engine: FakeEngine, root: Path, path: str
) -> None:
    model = (await pack(api, path)).json

    assert model["class_name"] == "sklearn.naive_bayes.GaussianNB"
    assert (model["adapter"], model["interpreter"]) == ("sklearn", sys.executable)
    assert [column["name"] for column in model["signature"]["inputs"]] == ["sepal length", "sepal width"]
    assert model["signature"]["derived"]
    stored = engine.artifacts[model["artifact"]]
    assert (hashlib.sha256(stored).hexdigest(), len(stored)) == (model["artifact"], model["size"])
    assert np.allclose(pickle.loads(stored).theta_, joblib.load(root / "models" / "iris.joblib").theta_)


async def test_a_file_uri_is_a_file(api: Api, root: Path) -> None:
    assert (await pack(api, (root / "iris.pkl").as_uri())).status == 200


async def test_code_beside_the_file_travels_with_the_model(api: Api, engine: FakeEngine, root: Path) -> None:
    (root / "scaling_here.py").write_text("class Twice:\n    def predict(self, rows):\n        return rows + rows\n")
    (root / "twice.pkl").write_bytes(b"cscaling_here\nTwice\n)R.")

    model = (await pack(api, "twice.pkl")).json

    assert pickle.loads(engine.artifacts[model["artifact"]]).predict([3]) == [3, 3]
    assert "scaling_here" not in sys.modules


async def test_the_server_never_unpickles(api: Api, root: Path) -> None:
    (root / "evil.pkl").write_bytes(b"cos\ngetpid\n(tR.")

    answer = await pack(api, "evil.pkl")

    # What it gave was a number, in another process; a number is no model.
    assert answer.status == 400
    assert "can't be served" in answer.json["message"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("none.pkl", 404, "there is no file"),
        ("models", 400, "must be a model file"),
        ("folder.pkl", 400, "is not a file"),
        ("notes.txt", 400, "must be a model file"),
        ("../outside.pkl", 400, "leads outside"),
        ("link.pkl", 400, "leads outside"),
        ("file:///etc/passwd.pkl", 400, "leads outside"),
        ("models:/iris/3", 400, "can't be read from here"),
        ("https://example.com/iris.pkl", 400, "can't be read from here"),
        ("broken.pkl", 400, "can't be loaded as a model"),
        ("data.pkl", 400, "can't be served"),
    ],
)
async def test_what_is_no_model_of_this_server_is_refused(
    api: Api, engine: FakeEngine, root: Path, path: str, status: int, said: str
) -> None:
    before = dict(engine.artifacts)
    (root / "folder.pkl").mkdir()
    (root / "notes.txt").write_text("x")
    (root / "broken.pkl").write_bytes(b"not a pickle")
    (root / "data.pkl").write_bytes(pickle.dumps({"a": 1}))
    (root.parent / "outside.pkl").write_bytes(pickle.dumps(1))
    (root / "link.pkl").symlink_to(root.parent / "outside.pkl")

    answer = await pack(api, path)

    assert answer.status == status
    assert said in answer.json["message"]
    assert answer.json["fields"][0]["field"] == "path"
    assert engine.artifacts == before


async def test_a_module_that_the_interpreter_lacks_is_named(api: Api, root: Path) -> None:
    (root / "needs.pkl").write_bytes(b"cno_such_module_here\nModel\n.")

    answer = await pack(api, "needs.pkl")

    assert answer.status == 400
    assert answer.json["fields"][0]["field"] == "kernel"
    assert "'no_such_module_here'" in answer.json["message"]


async def test_a_file_that_kills_its_reader_is_refused(api: Api, root: Path) -> None:
    (root / "killer.pkl").write_bytes(b"cos\n_exit\n(I7\ntR.")

    answer = await pack(api, "killer.pkl")

    assert answer.status == 400
    assert "ended with 7" in answer.json["message"]


async def test_a_file_that_takes_for_ever_ends_with_all_it_started(
    api: Api, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "_LIMIT", 3.0)
    (root / "slow.pkl").write_bytes(b"ctime\nsleep\n(I600\ntR.")

    answer = await pack(api, "slow.pkl")

    assert answer.status == 400
    assert "was not loaded within 3 s" in answer.json["message"]


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    api: Api, root: Path, extension: PrimehubDeploy
) -> None:
    extension.max_artifact_size = 10

    answer = await pack(api, "iris.pkl")

    assert answer.status == 413


async def test_kernels_of_this_machine_can_be_chosen(api: Api, root: Path, kernels: Any) -> None:
    kernels("conda-like", [sys.executable, "-m", "ipykernel_launcher"], "A Python")
    kernels("julia", ["/usr/bin/julia"], "Julia", "julia")

    listed = (await api("GET", "interpreters")).json["items"]

    assert listed[0] == {"kernel": "", "display_name": "", "path": sys.executable}
    assert {"kernel": "conda-like", "display_name": "A Python", "path": sys.executable} in listed
    assert "julia" not in {interpreter["kernel"] for interpreter in listed}
    assert (await pack(api, "iris.pkl", kernel="conda-like")).status == 200
    refused = await pack(api, "iris.pkl", kernel="julia")
    assert (refused.status, refused.json["fields"][0]["field"]) == (400, "kernel")


async def test_a_kernel_whose_python_is_gone_is_told(api: Api, root: Path, kernels: Any) -> None:
    kernels("gone", ["/no/such/python", "-m", "ipykernel_launcher"], "Gone")

    answer = await pack(api, "iris.pkl", kernel="gone")

    assert answer.status == 400
    assert "can't be started" in answer.json["message"]


@pytest.fixture
def kernels(jp_data_dir: Path) -> Any:
    """Install a kernel specification."""

    def install(name: str, argv: list[str], title: str, language: str = "python") -> None:
        folder = jp_data_dir / "kernels" / name
        folder.mkdir(parents=True)
        spec = {"argv": argv, "display_name": title, "language": language}
        (folder / "kernel.json").write_text(json.dumps(spec))

    return install
