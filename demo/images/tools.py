"""What layers of several kinds are made with."""

import sys
from pathlib import Path
from typing import Final

from local.toolchain.golang import find_go
from local.toolchain.programs import ISTIO_MODULE, ISTIO_TOOLS

#: The command line of pip, without questions.
PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")


def istio_module(release: str) -> Path:
    """Return the folder of Istio's Go module of a release; it holds Bookinfo's sources too."""
    return find_go().module_folder(ISTIO_TOOLS[release].folder, ISTIO_MODULE)
