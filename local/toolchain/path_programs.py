"""Programs that the user already has: taken from PATH where their version fits."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from local.console import say
from local.paths import TOOLCHAIN
from local.processes import answer_of
from local.toolchain.programs import LANGUAGE_HOST, PROVIDER_VERSION, OnPath, Program

_PULUMI: Final = "pulumi"


def found_on_path(programs: Iterable[Program]) -> dict[str, Path]:
    """Return those of `programs` that PATH has and that fit: name -> path.

    Pulumi is taken only together with its Python language host, which must stand beside it or on PATH.
    """
    found: dict[str, Path] = {}
    for program in programs:
        if program.on_path and (path := _which(program.name)):
            found |= _taken(path, program.on_path)
    return found


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
    answer = answer_of(
        [str(pulumi), "plugin", "install", "resource", "kubernetes", f"v{PROVIDER_VERSION}"],
        {**os.environ, "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"},
    )
    if answer.returncode == 0 and folder.exists():
        return True
    reason = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
    say(f"it could not be downloaded ({reason[-1] if reason else 'no reason given'}); it is built instead")
    shutil.rmtree(folder, ignore_errors=True)
    return False


def _taken(path: Path, usable: OnPath) -> dict[str, Path]:
    """Return a program, and what must come with it, if its version fits; say what is used instead if not."""
    answer = answer_of([str(path), *usable.asked], {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"})
    version = next(iter(answer.stdout.splitlines()), "").strip() or "without a version"
    if not usable.fits(version):
        wanted = f"{usable.oldest} or newer, before {usable.before}"
        say(f"{path.name} on PATH ({path}) is {version}, wanted is {wanted}: using the toolchain's own")
        return {}
    taken = _with_language_host(path) if path.name == _PULUMI else {path.name: path}
    if taken:
        say(f"using {path.name} {version} from {path}")
    return taken


def _with_language_host(pulumi: Path) -> dict[str, Path]:
    beside = pulumi.resolve().parent / LANGUAGE_HOST
    host = beside if beside.exists() else _which(LANGUAGE_HOST)
    if host is None:
        say(f"pulumi on PATH ({pulumi}) has no {LANGUAGE_HOST}: using the toolchain's own")
        return {}
    return {_PULUMI: pulumi, LANGUAGE_HOST: host}


def _which(name: str) -> Path | None:
    """Find a program on PATH, not counting the toolchain's own folder (`make env` puts it there)."""
    own = (TOOLCHAIN / "bin").resolve()
    folders = (folder for folder in os.get_exec_path() if Path(folder).resolve() != own)
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None
