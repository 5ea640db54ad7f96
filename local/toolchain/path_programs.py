"""Programs that the user already has: taken from PATH where their version fits."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from packaging.version import Version

from local.console import say
from local.paths import TOOLCHAIN
from local.toolchain.programs import PROVIDER_VERSION

#: The Pulumi engines that this program is tested with: this one and newer ones of the same major version.
OLDEST_PULUMI: Final = Version("3.259.0")

_LANGUAGE_HOST: Final = "pulumi-language-python"


def found_on_path(names: Iterable[str]) -> dict[str, Path]:
    """Return those of `names` that PATH has and that fit, with their paths.

    Pulumi is taken only together with its Python language host, which must stand beside it or on PATH.
    """
    asked = set(names)
    found: dict[str, Path] = {}
    if "pulumi" in asked:
        found |= _pulumi()
    for name in sorted(asked - {"pulumi", _LANGUAGE_HOST}):
        path = _which(name)
        if path is not None:
            found[name] = path
    return found


def fits(version_text: str) -> bool:
    """Tell whether what `pulumi version` prints (`v3.260.1`, `v3.260.0-alpha.x`) names an engine that can be used."""
    match = re.match(r"v?(\d+\.\d+\.\d+)", version_text.strip())
    return match is not None and OLDEST_PULUMI <= Version(match[1]) < Version(f"{OLDEST_PULUMI.major + 1}")


def install_provider_plugin(pulumi: Path, home: Path) -> bool:
    """Let the user's Pulumi download the Kubernetes provider into `home`; tell whether it is there.

    Arguments:
        pulumi: the Pulumi command.
        home: the folder that serves as PULUMI_HOME.
    """
    folder = home / "plugins" / f"resource-kubernetes-v{PROVIDER_VERSION}"
    if (folder / "pulumi-resource-kubernetes").exists():
        return True
    say(f"downloading Pulumi's Kubernetes provider v{PROVIDER_VERSION}")
    home.mkdir(parents=True, exist_ok=True)
    answer = subprocess.run(
        [str(pulumi), "plugin", "install", "resource", "kubernetes", f"v{PROVIDER_VERSION}"],
        env={**os.environ, "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 0 and folder.exists():
        return True
    reason = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
    say(f"it could not be downloaded ({reason[-1] if reason else 'no reason given'}); it is built instead")
    shutil.rmtree(folder, ignore_errors=True)
    return False


def _pulumi() -> dict[str, Path]:
    pulumi = _which("pulumi")
    if pulumi is None:
        return {}
    answer = subprocess.run(
        [str(pulumi), "version"],
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    version = answer.stdout.strip() or "without a version"
    if not fits(version):
        wanted = f"{OLDEST_PULUMI} or newer, before {OLDEST_PULUMI.major + 1}"
        say(f"pulumi on PATH ({pulumi}) is {version}, wanted is {wanted}: using the toolchain's own")
        return {}
    beside = pulumi.resolve().parent / _LANGUAGE_HOST
    host = beside if beside.exists() else _which(_LANGUAGE_HOST)
    if host is None:
        say(f"pulumi on PATH ({pulumi}) has no {_LANGUAGE_HOST}: using the toolchain's own")
        return {}
    say(f"using pulumi {version} from {pulumi}")
    return {"pulumi": pulumi, _LANGUAGE_HOST: host}


def _which(name: str) -> Path | None:
    """Find a program on PATH, not counting the toolchain's own folder (`make env` puts it there)."""
    own = TOOLCHAIN / "bin"
    folders = (folder for folder in os.get_exec_path() if Path(folder) != own)
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None
