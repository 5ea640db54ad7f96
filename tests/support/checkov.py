"""The program checkov in a virtual environment of its own, since it holds other releases of what the project uses."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from local.paths import PROJECT

_FOLDER: Final = PROJECT / ".sandbox" / "checkov"
_REQUIREMENTS: Final = PROJECT / "requirements-checkov.txt"


def failed_checks(objects: Iterable[Mapping[str, Any]], folder: Path) -> set[tuple[str, str]]:
    """Return what checkov finds wrong with Kubernetes objects.

    Arguments:
        objects: the objects.
        folder: an empty folder, into which they are written, each into a file of its own: checkov leaves out whole
            files in which there is a template, as in the ConfigMap of Istio's injector.

    Returns:
        For each finding the check's id, and kind and name of the object.
    """
    for number, each in enumerate(objects):
        (folder / f"{number:03}.json").write_text(json.dumps(each), encoding="utf-8")
    command = [_program(), "-d", folder, "--framework", "kubernetes", "--output", "json", "--compact"]
    ended = subprocess.run(
        [*command, "--skip-download", "--soft-fail"], capture_output=True, text=True, check=True, timeout=300
    )
    report = json.loads(ended.stdout)
    assert report["summary"]["parsing_errors"] == 0, report["summary"]
    assert report["summary"]["passed"] > 0, report["summary"]
    found = report["results"]["failed_checks"]
    return {(each["check_id"], f"{each['resource'].split('.')[0]} {_name(each['resource'])}") for each in found}


def _name(resource: str) -> str:
    return resource.split(".", 2)[2]


def _program() -> Path:
    """Return the program, installed with its hashes checked unless that was done."""
    stamp, program = _FOLDER / "installed", _FOLDER / "bin" / "checkov"
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", _FOLDER], check=True)
        pip = [_FOLDER / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--require-hashes", "-r", _REQUIREMENTS], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return program
