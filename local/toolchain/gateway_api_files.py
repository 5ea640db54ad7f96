"""The Gateway API's CRDs, taken out of its module: the file that its releases publish as `standard-install.yaml`."""

from pathlib import Path
from typing import Final

from local.paths import TOOLCHAIN, TOOLS
from local.toolchain.extraction import once
from local.toolchain.golang import Go
from local.toolchain.programs import CLUSTER

_MODULE: Final = "sigs.k8s.io/gateway-api"

#: The file that they are written into; of the release that the newest Istio is built against.
GATEWAY_API_CRDS: Final = TOOLCHAIN / "gateway-api" / "standard-install.yaml"


def extract_gateway_api_crds(go: Go) -> None:
    """Write the CRDs of the standard channel into one file, unless it is there."""

    def write(folder: Path) -> None:
        sources = sorted((go.module_folder(CLUSTER, _MODULE) / "config" / "crd" / "standard").glob("gateway.*.yaml"))
        texts = (source.read_text(encoding="utf-8").removeprefix("---\n") for source in sources)
        (folder / GATEWAY_API_CRDS.name).write_text("---\n".join(texts), encoding="utf-8")

    once(GATEWAY_API_CRDS.parent, (TOOLS / CLUSTER / "go.mod").read_text(encoding="utf-8"), write)
