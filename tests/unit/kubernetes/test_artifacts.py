"""The store of models: what is promised of a shared folder, of an object store, and of what else fsspec knows."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from primehub_deploy_ext.domain.errors import EngineUnavailable, InvalidInput, NotFound
from primehub_deploy_ext.domain.models import Model
from primehub_deploy_ext.engines.base import NewSavedModel
from primehub_deploy_ext.engines.kubernetes.models.artifacts import ArtifactStore, check_root, path_below
from primehub_deploy_ext.engines.kubernetes.models.saved import SavedModels
from tests.unit.kubernetes.object_store import FakeS3

DATA = b"a model" * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "s3", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArtifactStore]:
    if request.param == "folder":
        yield ArtifactStore(str(tmp_path / "models"))
    elif request.param == "memory":
        yield ArtifactStore(f"memory://{uuid4().hex}")
    else:
        with FakeS3(monkeypatch) as s3:
            yield ArtifactStore(f"{s3.url}/team")


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


async def chunks(data: bytes = DATA) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


def saved(name: str = "Iris", group: str = "team", artifact: str = DIGEST) -> NewSavedModel:
    model = Model(artifact=artifact, size=len(DATA), interpreter="/usr/bin/python3")
    return NewSavedModel(name=name, group=group, model=model, description="", user="ada")


def test_an_artifact_is_there_once_it_was_put_and_only_then(store: ArtifactStore) -> None:
    assert not run(store.has(DIGEST))
    assert run(store.put(DIGEST, chunks())) == len(DATA)
    assert run(store.has(DIGEST))
    assert store.storage().read(path_below(DIGEST)) == DATA
    assert store.url(DIGEST).endswith(f"/{DIGEST[:2]}/{DIGEST}")


def test_other_bytes_are_refused_and_nothing_is_kept(store: ArtifactStore) -> None:
    with pytest.raises(InvalidInput, match="send them again"):
        run(store.put(DIGEST, chunks(b"other")))
    assert not run(store.has(DIGEST))
    assert store.storage().inside(DIGEST[:2]) == {}


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_a_digest_names_an_artifact(store: ArtifactStore, digest: str) -> None:
    with pytest.raises(InvalidInput, match="64 hexadecimal digits"):
        run(store.has(digest))


def test_what_is_referred_to_or_was_asked_for_lately_is_kept(store: ArtifactStore) -> None:
    names = []
    for data in (b"referred", b"asked", b"forgotten"):
        names.append(hashlib.sha256(data).hexdigest())
        run(store.put(names[-1], chunks(data)))
    time.sleep(1.1)  # object stores count in seconds
    cut = time.time() - 0.05
    run(store.has(names[1]))
    assert run(store.keep_only([names[0]], older_than=cut)) == 1
    assert [run(store.has(name)) for name in names] == [True, True, False]


def test_versions_go_on_by_name_and_group(store: ArtifactStore) -> None:
    run(store.put(DIGEST, chunks()))
    models = SavedModels(store)
    made = [run(models.add(saved(name, group))) for name, group in [("Iris", "team")] * 2 + [("Iris", "other")]]
    made.append(run(models.add(saved("Rose"))))
    assert [(one.number, one.version) for one in made] == [(1, 1), (2, 2), (3, 1), (4, 1)]
    assert run(SavedModels(store).all()) == made


def test_a_version_is_never_given_twice_also_after_it_was_removed(store: ArtifactStore) -> None:
    run(store.put(DIGEST, chunks()))
    models, other_server = SavedModels(store), SavedModels(store)
    first = run(models.add(saved()))
    run(other_server.remove(first.number))
    assert run(models.all()) == []
    assert run(models.add(saved())).version == 2
    for number in (first.number, 77):
        with pytest.raises(NotFound, match=f"no saved model {number}"):
            run(models.remove(number))


def test_servers_that_save_at_the_same_time_get_different_versions(store: ArtifactStore) -> None:
    run(store.put(DIGEST, chunks()))

    def one_server(_: int) -> list[int]:
        models = SavedModels(store)
        return [run(models.add(saved())).version for _ in range(5)]

    with ThreadPoolExecutor(6) as servers:
        versions = [version for found in servers.map(one_server, range(6)) for version in found]
    assert sorted(versions) == list(range(1, 31))
    assert [one.version for one in run(SavedModels(store).all())] == list(range(1, 31))


def test_only_what_is_stored_can_be_saved(store: ArtifactStore) -> None:
    with pytest.raises(InvalidInput, match="not stored"):
        run(SavedModels(store).add(saved()))
    assert run(SavedModels(store).all()) == []


def test_pods_can_read_what_was_stored_whatever_the_umask(tmp_path: Path) -> None:
    store = ArtifactStore((tmp_path / "shared" / "models").as_uri())
    before = os.umask(0o077)
    try:
        run(store.put(DIGEST, chunks()))
    finally:
        os.umask(before)
    file = tmp_path / "shared" / "models" / path_below(DIGEST)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (file.parent, file.parent.parent)] == [0o755, 0o755]
    assert list(file.parent.iterdir()) == [file]


def test_a_store_that_lets_nobody_in_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeS3(monkeypatch) as s3:
        store = ArtifactStore(s3.url)
        assert run(check_root(store)) == ""
        s3.refuse = True
        with pytest.raises(EngineUnavailable, match=f"the store of the models, {s3.url}, can't be used: .*403"):
            run(store.has(DIGEST))
        assert "can't be used" in run(check_root(store))


def test_a_folder_that_can_not_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = ArtifactStore(str(tmp_path / "file" / "models"))
    said = f"the store of the models, {(tmp_path / 'file' / 'models').as_uri()}, can't be used: Not a directory"
    assert run(check_root(store)) == said
    with pytest.raises(EngineUnavailable, match="Not a directory"):
        run(store.put(DIGEST, chunks()))


def test_a_folder_in_which_nothing_can_be_written_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    """A full disk, or a volume that is mounted to be read."""
    store = ArtifactStore(str(tmp_path))
    run(store.put(DIGEST, chunks()))
    run(SavedModels(store).add(saved()))
    for folder in ("asked", "models", "models-removed"):
        if (tmp_path / folder).exists():
            (tmp_path / folder).rename(tmp_path / f"{folder}-before")
        # Whoever runs this may be allowed to write anywhere: what is no folder refuses everybody.
        (tmp_path / folder).touch()
    assert run(store.has(DIGEST))
    for refused in (SavedModels(store).add(saved()), SavedModels(store).all()):
        with pytest.raises(EngineUnavailable, match=f"the store of the models, {tmp_path.as_uri()}, can't be used: "):
            run(refused)


def test_a_store_that_nothing_reads_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="models can't be stored at gopher://host: Protocol not known"):
        ArtifactStore("gopher://host").storage()
