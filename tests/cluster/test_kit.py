"""The build of the cluster: what it says without its tools, and what an end in the middle of it leaves behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cluster.cluster import KIT

GO = """#!/bin/sh
case $1 in
  env) echo "$STANDIN_VERSION" ;;
  build) while [ "$1" != -o ]; do shift; done
    echo half >"$2" && chmod +x "$2"
    [ "${2##*/}" != ".$STANDIN_DIES_IN.new" ] || kill -9 $PPID ;;
esac
"""


@pytest.fixture
def built(tmp_path: Path):
    """Run the build with a stand-in for Go; Debian's programs are there already."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "go").write_text(GO)
    (tools / "go").chmod(0o755)
    binaries = tmp_path / "binaries"
    (binaries / "debian").mkdir(parents=True)
    (binaries / "debian" / ".complete").touch()

    def build(version: str, dies_in: str = "") -> tuple[subprocess.CompletedProcess[str], set[str]]:
        given = {"PATH": f"{tools}:{os.environ['PATH']}", "STANDIN_VERSION": version, "STANDIN_DIES_IN": dies_in}
        done = subprocess.run(
            [str(KIT / "build.sh"), str(binaries)],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **given},
        )
        return done, {file.name for file in binaries.iterdir() if file.is_file() and not file.name.startswith(".")}

    return build


@pytest.mark.parametrize("version", ["", "go1.19.8", "go1.24.13"])
def test_without_a_go_that_is_new_enough_it_says_so(built, version: str) -> None:
    done, binaries = built(version)
    assert done.returncode == 2
    assert f"needs Go 1.25 or later (https://go.dev/dl); there is: {version or 'none'}." in done.stderr
    assert binaries == set()


def test_of_a_build_that_was_killed_no_half_binary_stays_and_the_next_goes_on(built) -> None:
    done, binaries = built("go1.26.1", dies_in="kube-scheduler")
    assert done.returncode != 0
    assert binaries == {"etcd", "kubectl", "kube-apiserver", "kube-controller-manager"}

    done, binaries = built("go1.26.1", dies_in="kwok")
    assert "kubectl: built" not in done.stderr
    assert "kubelet: built" in done.stderr
    assert {"kube-scheduler", "kube-proxy", "kubelet", "kserve-manager"} < binaries
    assert "kwok" not in binaries
