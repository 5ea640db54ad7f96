"""Files that the toolchain takes from Go modules: Istio's charts and samples, kwok's Stages, Pulumi's Python shim."""

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sandbox.golang import Go
from sandbox.paths import TOOLCHAIN, TOOLS
from sandbox.programs import ISTIO_MODULE, ISTIO_TOOLS, KWOK_MODULE

#: Charts by the names under which Istio publishes them, and where they lie in its module.
_ISTIO_CHARTS: Final = {"base": "manifests/charts/base", "istiod": "manifests/charts/istio-control/istio-discovery"}

#: Istio's manifests of the sample application, which the tests compare ours with.
_ISTIO_SAMPLES: Final = (
    "samples/bookinfo/platform/kube/bookinfo.yaml",
    "samples/bookinfo/networking/bookinfo-gateway.yaml",
)

#: kwok's own Stages. They are gone once its configuration holds any Stage, so ours go beside them.
_KWOK_STAGES: Final = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat/node-heartbeat.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)

#: The script that the Python language host starts for a program, and the module that holds it.
_SHIM: Final = "pulumi-language-python-exec"
_SHIM_MODULE: Final = "github.com/pulumi/pulumi/sdk/v3"


def istio_folder(release: str) -> Path:
    """Return the folder of Istio `release`: `charts/base`, `charts/istiod` and `samples/bookinfo`."""
    return TOOLCHAIN / "istio" / release


def kwok_stages_file() -> Path:
    """Return the file with kwok's own Stages."""
    return TOOLCHAIN / "kwok" / "stages.yaml"


def extract_istio(release: str, go: Go) -> None:
    """Write the charts and samples of Istio `release`, unless they are there.

    The charts become what Istio's release builder makes of them: their version, and the images' registry and tag.
    """

    def write(folder: Path) -> None:
        module = go.module_folder(ISTIO_TOOLS[release], ISTIO_MODULE)
        for name, path in _ISTIO_CHARTS.items():
            _copy_tree(module / path, folder / "charts" / name)
            _edit(folder / "charts" / name / "Chart.yaml", {r"^version: .*": f"version: {release}"})
            _edit(folder / "charts" / name / "Chart.yaml", {r"^appVersion: .*": f"appVersion: {release}"})
            images = {r"hub: gcr\.io/istio-testing$": "hub: docker.io/istio", r"tag: latest$": f"tag: {release}"}
            _edit(folder / "charts" / name / "values.yaml", images)
        for path in _ISTIO_SAMPLES:
            _copy_file(module / path, folder / path)

    _once(istio_folder(release), ISTIO_TOOLS[release], write)


def extract_kwok_stages(go: Go) -> None:
    """Write kwok's own Stages into one file, unless it is there."""

    def write(folder: Path) -> None:
        stages = go.module_folder("kwok", KWOK_MODULE) / "kustomize" / "stage"
        texts = ((stages / name).read_text(encoding="utf-8") for name in _KWOK_STAGES)
        (folder / kwok_stages_file().name).write_text("---\n".join(texts), encoding="utf-8")

    _once(kwok_stages_file().parent, "kwok", write)


def copy_python_shim(folder: Path, go: Go) -> None:
    """Put the language host's script into `folder`, where it stands beside the language host."""
    source = go.module_folder("pulumi-language-python", _SHIM_MODULE) / "python" / "cmd" / _SHIM
    _copy_file(source, folder / _SHIM)
    (folder / _SHIM).chmod(0o755)


def _once(folder: Path, tool: str, write: Callable[[Path], None]) -> None:
    """Make `folder` with `write`, completely or not at all; again only when the tool's go.mod or this file changes."""
    origin = (TOOLS / tool / "go.mod").read_text(encoding="utf-8") + Path(__file__).read_text(encoding="utf-8")
    mark = folder / ".origin"
    if mark.exists() and mark.read_text(encoding="utf-8") == origin:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".fresh-"))
    try:
        write(fresh)
        (fresh / mark.name).write_text(origin, encoding="utf-8")
        fresh.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a folder without its permissions: files of Go's module cache are read-only."""
    for file in source.rglob("*"):
        if file.is_file():
            _copy_file(file, target / file.relative_to(source))


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _edit(file: Path, replacements: dict[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for pattern, replacement in replacements.items():
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
