"""kwok's own Stages, which say how it simulates nodes and Pods, taken out of its module."""

from pathlib import Path
from typing import Final

from local.paths import TOOLCHAIN, TOOLS
from local.toolchain.extraction import once
from local.toolchain.golang import Go
from local.toolchain.programs import CLUSTER, KWOK_MODULE

#: The file that they are written into.
KWOK_STAGES: Final = TOOLCHAIN / "kwok" / "stages.yaml"

#: kwok's own Stages. They are gone once its configuration holds any Stage, so they go beside ours.
_KWOK_STAGES: Final = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat/node-heartbeat.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)


def extract_kwok_stages(go: Go) -> None:
    """Write kwok's own Stages into one file, unless it is there."""

    def write(folder: Path) -> None:
        stages = go.module_folder(CLUSTER, KWOK_MODULE) / "kustomize" / "stage"
        texts = ((stages / name).read_text(encoding="utf-8") for name in _KWOK_STAGES)
        (folder / KWOK_STAGES.name).write_text("---\n".join(texts), encoding="utf-8")

    origin = (TOOLS / CLUSTER / "go.mod").read_text(encoding="utf-8") + "\n".join(_KWOK_STAGES)
    once(KWOK_STAGES.parent, origin, write)
