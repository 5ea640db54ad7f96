"""Istio's charts and samples, release by release, as Istio's release builder publishes them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local.errors import SandboxError
from local.paths import TOOLCHAIN, TOOLS
from local.toolchain.extraction import copy_file, copy_tree, once
from local.toolchain.golang import Go
from local.toolchain.programs import ISTIO_MODULE, ISTIO_TOOLS

#: Releases that nothing is built of, for their charts alone: the commit's version of Istio's module, and its checksum.
#: The releases with a folder under `local/tools` have both in their go.mod and go.sum.
_CHARTS_ONLY: Final[Mapping[str, tuple[str, str]]] = {
    "1.14.0": ("v0.0.0-20220527110309-3aa487bb6ec8", "h1:GGY4VP7XhZfRCRK21OT1NG3vw4fKQo0nhk8+FImD5lM="),
    "1.20.0": ("v0.0.0-20231114065328-6869a6c2371e", "h1:nh4TKBCR9Oe+LqZ0ATTZ+HBnYL7+Szge4f8qmlgaqEY="),
    "1.24.0": ("v0.0.0-20241105211601-8825a6b7f8c9", "h1:TL8KZXIOBxGUFJYvyqVkBK8B9D1tx2uCrxKNz3BfPtk="),
}

#: Every release whose charts can be had.
CHART_RELEASES: Final = (*_CHARTS_ONLY, *ISTIO_TOOLS)

#: Charts by the names under which Istio publishes them, and where they lie in its module.
_CHARTS: Final = {
    "base": "manifests/charts/base",
    "istiod": "manifests/charts/istio-control/istio-discovery",
    "cni": "manifests/charts/istio-cni",
}

#: Istio's manifests of the sample application, which the tests compare ours with.
_SAMPLES: Final = (
    "samples/bookinfo/platform/kube/bookinfo.yaml",
    "samples/bookinfo/networking/bookinfo-gateway.yaml",
    "samples/bookinfo/gateway-api/bookinfo-gateway.yaml",
)


def istio_folder(release: str) -> Path:
    """Return the folder of Istio `release`: its charts in `charts`, and `samples/bookinfo`."""
    return TOOLCHAIN / "istio" / release


def extract_istio(release: str, go: Go) -> None:
    """Write the charts and samples of Istio `release`, unless they are there.

    The charts become what Istio's release builder makes of them: their version, and the images' registry and tag.

    Raises:
        SandboxError: if there are no charts of that release, or they can't be downloaded.
    """
    if release not in CHART_RELEASES:
        raise SandboxError(
            f"There are no charts of Istio {release} in the toolchain; there are: {', '.join(CHART_RELEASES)}.\n"
            "Choose one of them, or add its module's version and checksum to local/toolchain/istio_files.py."
        )

    def write(folder: Path) -> None:
        module = _module(release, go)
        for name, path in _CHARTS.items():
            copy_tree(module / path, folder / "charts" / name)
            _name_release(folder / "charts" / name, release)
        for path in _SAMPLES:
            if (module / path).exists():  # the Gateway API came later
                copy_file(module / path, folder / path)

    once(istio_folder(release), f"{_origin(release)}\n{Path(__file__).read_text(encoding='utf-8')}", write)


def _module(release: str, go: Go) -> Path:
    if release in ISTIO_TOOLS:
        return go.module_folder(ISTIO_TOOLS[release].folder, ISTIO_MODULE)
    return go.pinned_module_folder(ISTIO_MODULE, *_CHARTS_ONLY[release])


def _origin(release: str) -> str:
    """Return the text that decides what is extracted, besides this file."""
    if release in ISTIO_TOOLS:
        return (TOOLS / ISTIO_TOOLS[release].folder / "go.mod").read_text(encoding="utf-8")
    return " ".join(_CHARTS_ONLY[release])


def _name_release(chart: Path, release: str) -> None:
    """Write the release into a chart: its version, and the registry and tag of its images."""
    _edit(chart / "Chart.yaml", {r"^(version|appVersion): .*": rf"\g<1>: {release}"})
    images = {
        r"^( *hub): gcr\.io/istio-(testing|release)$": r"\g<1>: docker.io/istio",
        r"^( *hub): registry\.istio\.io/testing$": r"\g<1>: docker.io/istio",
        r"^( *tag): (latest|[\w.-]+-(dev|latest-daily))$": rf"\g<1>: {release}",
    }
    _edit(chart / "values.yaml", images)


def _edit(file: Path, replacements: Mapping[str, str]) -> None:
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8")
    for pattern, replacement in replacements.items():
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
