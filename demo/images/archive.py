"""Images as one archive in the form of `docker save`, which containerd imports; shared layers are in it once."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Iterable, Mapping
from typing import IO, Any, Final

from demo.images.layers import Written
from demo.images.recipes import Image

_SEARCH_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#: How Go, and so the image format, calls processors.
ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


def write_archive(images: Iterable[Image], layers: Mapping[str, Written], sink: IO[bytes]) -> None:
    """Write images to `sink`, which need not be seekable.

    Arguments:
        images: the images.
        layers: name of a layer -> the layer.
        sink: where to.
    """
    manifest: list[Mapping[str, Any]] = []
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        written: set[str] = set()
        for image in images:
            parts = [layers[layer.name] for layer in image.layers]
            for part in parts:
                if part.digest not in written:
                    written.add(part.digest)
                    tar.add(part.archive, _path(part))
            configuration = json.dumps(image_configuration(image, [part.digest for part in parts])).encode()
            name = f"{hashlib.sha256(configuration).hexdigest()}.json"
            _add(tar, name, configuration)
            manifest.append({"Config": name, "RepoTags": [image.reference], "Layers": [_path(part) for part in parts]})
        _add(tar, "manifest.json", json.dumps(manifest).encode())


def image_configuration(image: Image, digests: list[str]) -> Mapping[str, Any]:
    """Return an image's configuration (https://github.com/opencontainers/image-spec, config.md)."""
    return {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": {
            "Env": [f"{name}={value}" for name, value in {"PATH": _SEARCH_PATH, **image.environment}.items()],
            "Entrypoint": list(image.entrypoint),
            "Cmd": list(image.command),
            "User": image.user,
            "WorkingDir": image.folder,
        },
        "rootfs": {"type": "layers", "diff_ids": digests},
    }


def _path(part: Written) -> str:
    return f"{part.digest.removeprefix('sha256:')}/layer.tar"


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
