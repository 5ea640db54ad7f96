"""The images as containerd keeps them: imported once, then given to every node as links, which takes a second."""

import hashlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from demo.images.archive import image_configuration, write_archive
from demo.images.layers import LAYERS, Written
from demo.images.recipes import Image
from demo.images.store import ensure_layers
from local.console import duration, last_lines, say
from local.errors import SandboxError
from local.locks import exclusive
from local.processes import answer_of
from local.waiting import holds_within

#: containerd's plugins that an import needs no more than the node does.
_CONFIGURATION: Final = """\
version = 2
root = "{root}"
state = "{work}/state"
oom_score = 0
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "{work}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "{work}/opt"
"""

#: A mount namespace of its own, so that no other program sees what an import mounts; it ends with this program.
_APART: Final = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

#: The namespace of containerd in which the kubelet looks.
_NAMESPACE: Final = "k8s.io"

#: Seconds that containerd may take until it answers; 1 is usual.
_PATIENCE: Final = 30.0

#: Expected seconds of an import of all images on 2 cores.
_SECONDS: Final = 30


def ensure_library(images: Sequence[Image]) -> Path:
    """Return containerd's folder with all images in it; what is missing is built and imported first.

    Raises:
        SandboxError: if a layer can't be written, or containerd refuses an image.
    """
    layers = ensure_layers(images)
    folder = LAYERS / f"containerd@{_fingerprint(images, layers)}"
    with exclusive(LAYERS / "lock", "is building images"):
        if folder.exists():
            return folder
        say(f"importing {len(images)} images into containerd, about {_SECONDS} s")
        begin = time.monotonic()
        for earlier in (*LAYERS.glob("containerd@*"), *LAYERS.glob(".containerd-*")):
            shutil.rmtree(earlier)
        fresh = LAYERS / f".{folder.name.replace('@', '-')}"
        _import(images, layers, fresh)
        fresh.rename(folder)
        say(f"imported in {duration(time.monotonic() - begin)}")
    return folder


def give(library: Path, folder: Path) -> None:
    """Give a node the images: files that never change as links, the databases as copies.

    Arguments:
        library: what `ensure_library` returned.
        folder: the node's containerd folder, which does not exist yet.
    """
    subprocess.run(["cp", "--archive", "--link", library, folder], check=True, stdin=subprocess.DEVNULL)  # noqa: S607 - cp of the system
    for database in library.rglob("*.db"):
        target = folder / database.relative_to(library)
        target.unlink()
        shutil.copyfile(database, target)


def _fingerprint(images: Sequence[Image], layers: Mapping[str, Written]) -> str:
    digest = hashlib.sha256()
    for image in images:
        parts = [layers[layer.name].digest for layer in image.layers]
        digest.update(f"{image.reference} {image_configuration(image, parts)}\n".encode())
    return digest.hexdigest()[:12]


def _import(images: Sequence[Image], layers: Mapping[str, Written], root: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="containerd-") as work, _containerd(root, Path(work)) as ctr:
        process = subprocess.Popen(
            [*ctr, "images", "import", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        with process:
            if process.stdin is None or process.stderr is None:
                raise AssertionError("both are pipes")
            try:
                write_archive(images, layers, process.stdin)
                process.stdin.close()
            except BrokenPipeError:
                pass  # the reason is on its standard error
            reason = process.stderr.read().decode(errors="replace").strip()
        if process.returncode != 0:
            raise SandboxError(f"containerd did not take the images: {reason}\nRun the same command again.")


@contextmanager
def _containerd(root: Path, work: Path) -> Generator[list[str]]:
    """Run a containerd for the time of the block; yields the beginning of command lines that ask it."""
    configuration = work / "containerd.toml"
    configuration.write_text(_CONFIGURATION.format(root=root, work=work), encoding="utf-8")
    with (work / "containerd.log").open("wb") as log:
        process = subprocess.Popen(
            [*_APART, "containerd", "--config", str(configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        ctr = ["ctr", "--address", f"{work}/containerd.sock", "--namespace", _NAMESPACE]
        _wait_for(ctr, work / "containerd.log")
        yield ctr
    finally:
        process.kill()
        process.wait()


def _wait_for(ctr: Sequence[str], log: Path) -> None:
    if not holds_within(_PATIENCE, lambda: answer_of([*ctr, "version"]).returncode == 0, pause=0.1):
        tail = last_lines(log.read_text(encoding="utf-8", errors="replace"), 5)
        raise SandboxError(f"containerd does not answer:\n{tail}\nRun the same command again.")
