#!/usr/bin/env python3
"""Builds what images/runner/ describes from local files, and loads it into a cluster: as registry.test/runner:1,
unless $PRIMEHUB_DEPLOY_TEST_RUNNER says another name.

    runner_image.py STATE_DIR

It has the Python that runs this script and the libraries of that Python which tests' models need, in a layer that is
kept in the user's cache, and this checkout's runner in another. Nothing is done when the cluster has it already.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import py_compile
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from image import Image, Layer, load

REF = os.environ.get("PRIMEHUB_DEPLOY_TEST_RUNNER", "registry.test/runner:1")
LIBRARIES = ("tornado", "cloudpickle", "numpy", "pandas", "scikit-learn", "fsspec", "obstore")
PACKAGE = Path(__file__).resolve().parents[3] / "primehub_deploy_ext"
# As images/runner/Containerfile has it.
CODE = (
    *("__init__.py", "_version.py", "runner", "domain/__init__.py", "domain/buckets.py", "domain/drift.py"),
    *("monitoring/__init__.py", "monitoring/exposition.py", "monitoring/histogram.py", "monitoring/names.py"),
)
HOME, SITE = "/opt/primehub-deploy", "/opt/libraries"
IMAGE = Image(
    REF,
    ["/usr/local/bin/python3", "-m", "primehub_deploy_ext.runner.container"],
    (f"PYTHONPATH={HOME}:{SITE}", "PYTHONUNBUFFERED=1", "LD_LIBRARY_PATH=/usr/local/lib", "HOME=/tmp"),
    "1000:1000",
)
_LEFT_OUT = re.compile(
    r"(^|/)(test|tests|idlelib|tkinter|ensurepip|turtledemo|lib2to3|site-packages|dist-packages|config-[^/]*)/"
)


def main() -> None:
    """Bring the image up to date."""
    state = Path(sys.argv[1]).resolve()
    kept = state / "images" / f"{REF.rpartition('/')[2].replace(':', '-')}.tar"
    socket = state / "containerd" / "containerd.sock"
    libraries = libraries_layer()
    with tempfile.TemporaryDirectory(dir=state / "images") as folder:
        code = code_layer(Path(folder, "code.tar"))
        key = hashlib.sha256(libraries.name.encode() + code.read_bytes() + repr(IMAGE).encode()).hexdigest()
        stamp = kept.with_suffix(".key")
        if stamp.exists() and stamp.read_text() == key and is_loaded(socket):
            return
        IMAGE.save([libraries, code], kept)
        load(kept, socket)
        kept.unlink()
        stamp.write_text(key)


def is_loaded(socket: Path) -> bool:
    """Tell whether the cluster has an image of this name."""
    command = ["ctr", "--address", str(socket), "--namespace", "k8s.io", "images", "ls", "-q", f"name=={REF}"]
    return REF in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def libraries_layer() -> Path:
    """Return the layer with Python and its libraries; made when a version changed."""
    found = {name: importlib.metadata.version(name) for name in sorted(with_requirements(LIBRARIES))}
    facts = (sys.version, sysconfig.get_path("stdlib"), found, Path(__file__).read_text(encoding="utf-8"))
    key = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "primehub-deploy-ext/cluster/layers"
    kept = cache / f"{key}.tar"
    if kept.exists():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}.new")
    layer = Layer(draft, times=True)  # compiled modules are valid for sources of their time
    add_system(layer)
    stdlib = add_python(layer)
    sites = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    for name in found:
        for file in importlib.metadata.files(name) or ():
            path = Path(str(file.locate()))
            if ".." not in file.parts and not _LEFT_OUT.search(str(file)) and path.is_file():
                layer.add(path, f"{SITE}/{file}")
    layer.add_libraries(outside=[stdlib, *sites])
    layer.finish().replace(kept)
    for other in cache.glob("*.tar"):
        if other != kept:
            other.unlink(missing_ok=True)  # of versions that are gone
    return kept


def add_system(layer: Layer) -> None:
    """Add what Python's official image has beside Python, as far as the tests need it."""
    layer.folder("/tmp", mode=0o1777)
    busybox = Path(os.environ.get("BUSYBOX", "/bin/busybox"))
    if busybox.exists():
        layer.add(busybox, "/bin/busybox")
        layer.link("busybox", "/bin/sh")
    authorities = Path("/etc/ssl/certs/ca-certificates.crt")
    if authorities.exists():
        layer.add(authorities.resolve(), str(authorities))  # obstore makes no connection without, not even a plain one


def add_python(layer: Layer) -> Path:
    """Add the Python that runs this; return where its standard library is on this machine."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    layer.add(Path(sys.executable).resolve(), "/usr/local/bin/python3")
    for file in files_below(stdlib):
        layer.add(stdlib / file, f"/usr/local/lib/{stdlib.name}/{file}")
    shared = Path(sysconfig.get_config_var("LIBDIR") or "/nowhere") / (sysconfig.get_config_var("INSTSONAME") or "none")
    if shared.suffix != ".a" and shared.exists():
        layer.add(shared.resolve(), f"/usr/local/lib/{shared.name}")
    return stdlib


def code_layer(path: Path) -> Path:
    """Return the layer with this checkout's runner, compiled: a pod starts in the time that counts."""
    layer = Layer(path)
    for part in CODE:
        for file in sorted((PACKAGE / part).rglob("*.py")) if (PACKAGE / part).is_dir() else [PACKAGE / part]:
            target = f"{HOME}/{file.relative_to(PACKAGE.parent)}"
            layer.write(file.read_bytes(), target, mode=0o644)
            with tempfile.NamedTemporaryFile(suffix=".pyc") as compiled:
                mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
                py_compile.compile(str(file), compiled.name, target, doraise=True, invalidation_mode=mode)
                folder, _, name = target.rpartition("/")
                cached = f"{folder}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc"
                layer.write(Path(compiled.name).read_bytes(), cached, mode=0o644)
    return layer.finish()


def files_below(folder: Path) -> list[str]:
    """Return what of the standard library programs need."""
    found = (path for path in folder.rglob("*") if path.is_file())
    names = (str(path.relative_to(folder)) for path in found)
    return sorted(name for name in names if not _LEFT_OUT.search(name) and "_tkinter" not in name)


def with_requirements(names: tuple[str, ...]) -> set[str]:
    """Return distributions and all that they need."""
    found: set[str] = set()
    rest = list(names)
    while rest:
        name = re.sub(r"[-_.]+", "-", rest.pop()).lower()
        if name in found:
            continue
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or another Python
        found.add(name)
        rest += [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needs if "extra ==" not in need]
    return found


if __name__ == "__main__":
    main()
