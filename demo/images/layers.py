"""What images are made of: layers, each a folder that is written once and kept as a tar archive."""

import hashlib
import inspect
import json
import os
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from local.paths import SANDBOX

#: Where layers are kept, for every node.
LAYERS: Final = SANDBOX / "images"


class Layer(Protocol):
    """One layer of an image."""

    @property
    def name(self) -> str:
        """A short name, unique among the layers."""
        ...

    @property
    def seconds(self) -> float:
        """Expected seconds to write it on 2 cores, downloads included."""
        ...

    def origin(self) -> str:
        """Return everything that decides what is written, besides the code of the layer's kind."""
        ...

    def write(self, folder: Path) -> None:
        """Write the layer's files into an empty folder.

        Raises:
            SandboxError: if something that it needs can't be had.
        """
        ...


@dataclass(frozen=True)
class Written:
    """A layer as it is kept.

    Arguments:
        archive: the tar archive, not compressed.
        digest: SHA-256 of the archive, `sha256:…`; images name their layers by it.
    """

    archive: Path
    digest: str


def kept(layer: Layer) -> Written | None:
    """Return a layer that was written before and whose origin has not changed since."""
    folder = _folder(layer)
    if not folder.exists():
        return None
    return Written(folder / "layer.tar", json.loads((folder / "layer.json").read_text(encoding="utf-8"))["digest"])


def write(layer: Layer) -> Written:
    """Write a layer, completely or not at all; what earlier origins have made is removed."""
    LAYERS.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=LAYERS, prefix=f".{layer.name}-"))
    try:
        root = fresh / "root"
        root.mkdir(mode=0o755)
        layer.write(root)
        digest = _archive(root, fresh / "layer.tar")
        shutil.rmtree(root)
        (fresh / "layer.json").write_text(json.dumps({"digest": digest}), encoding="utf-8")
        for earlier in LAYERS.glob(f"{layer.name}@*"):
            shutil.rmtree(earlier)
        fresh.rename(_folder(layer))
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Written(_folder(layer) / "layer.tar", digest)


def _folder(layer: Layer) -> Path:
    """Return where a layer is kept: its name tells what it was made from, and by which code."""
    code = Path(inspect.getfile(type(layer))).read_bytes()
    return LAYERS / f"{layer.name}@{hashlib.sha256(layer.origin().encode() + code).hexdigest()[:12]}"


def _archive(root: Path, archive: Path) -> str:
    """Write a folder's content as a tar archive that is the same whenever the content is; return its digest."""
    with tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as tar:
        for path, folders, files in os.walk(root):
            folders.sort()
            for name in sorted([*folders, *files]):
                file = Path(path) / name
                tar.add(file, file.relative_to(root), recursive=False, filter=_anonymous)
    with archive.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Give an entry to root, at no particular time."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry
