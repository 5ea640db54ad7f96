"""Zipkin, the page where people see traces: its server as one Java archive from Maven Central."""

import hashlib
import shutil
from pathlib import Path
from typing import Final

from demo.images.layers import LAYERS
from demo.images.run import run
from local.console import say
from local.errors import SandboxError

#: The release, and the hash of its archive.
VERSION: Final = "3.4.4"
_SHA256: Final = "45530b0d895d7b56fffa5f6385f4bd45a6b8aa3c57e1c2bda4b4bb1225881333"

#: The Maven plugin that copies one archive without what it depends on.
_COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


def jar() -> Path:
    """Return the archive's file."""
    return LAYERS / f"zipkin-server-{VERSION}-exec.jar"


def java() -> Path:
    """Return Java's path.

    Raises:
        SandboxError: if there is none.
    """
    found = shutil.which("java")
    if found is None:
        raise SandboxError("Java 17 or newer is missing, which Zipkin needs: install it, then run it again.")
    return Path(found)


def ensure_zipkin() -> None:
    """Download the archive unless it is there.

    Raises:
        SandboxError: if it can't be downloaded, or is another than the pinned one.
    """
    if jar().exists():
        return
    say(f"downloading Zipkin {VERSION}, the page that shows traces")
    fresh = LAYERS / ".zipkin"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    artifact = f"io.zipkin:zipkin-server:{VERSION}:jar:exec"
    command = ["mvn", "--batch-mode", "--quiet", _COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={fresh}"]
    run("download Zipkin", [*command, "-Dtransitive=false"], fresh)
    archive = next(fresh.glob("*.jar"))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != _SHA256:
        raise SandboxError(f"Zipkin {VERSION} has the hash {digest}, pinned is {_SHA256}: nothing was installed.")
    archive.rename(jar())
    shutil.rmtree(fresh)
