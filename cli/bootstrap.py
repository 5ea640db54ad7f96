"""Makes the virtual environment `.venv` with the pinned packages; does nothing when it is complete.

Run by make with the system's Python before anything is installed: only the standard library, and nothing that an
outdated Python (3.7 or newer) stumbles over, so that it can say that it is outdated.

    python3 cli/bootstrap.py [--dev]
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"

#: Names what `.venv` holds; vanishes with it.
STAMPS = VENV / "installed"


def main() -> None:
    """Make `.venv` complete: with the program's packages, and with `--dev` those of the tests and linters too."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(str(number) for number in sys.version_info[:3])
        fail(f"Python 3.11 or newer is needed, {sys.executable} is {version}: install one (or: make PYTHON=python3.12)")
    names = ["requirements.txt", *(["requirements-dev.txt"] if "--dev" in sys.argv[1:] else [])]
    wanted = [stamp(name) for name in names]
    installed = STAMPS.read_text(encoding="utf-8").splitlines() if STAMPS.exists() else []
    if set(wanted) <= set(installed) and os.access(PYTHON, os.X_OK):
        return
    begin = time.monotonic()
    say(f"installing the Python packages of {' and '.join(names)} into .venv, about 1 min the first time")
    if not works(PYTHON):
        make_venv()
    install(names)
    STAMPS.write_text("\n".join(wanted), encoding="utf-8")
    say(f"installed in {time.monotonic() - begin:.0f} s")


def stamp(name: str) -> str:
    """Return a line that says which content of a requirements file, for which Python, was installed."""
    return f"{name} {hashlib.sha256((PROJECT / name).read_bytes()).hexdigest()} {sys.version.split()[0]}"


def works(python: Path) -> bool:
    """Tell whether a Python runs and is the one that make uses; an environment's Python may be gone or old."""
    if not os.access(python, os.X_OK):
        return False
    question = [str(python), "-c", "import sys; print(sys.version.split()[0])"]
    answer = subprocess.run(question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return answer.returncode == 0 and answer.stdout.decode().strip() == sys.version.split()[0]


def make_venv() -> None:
    """Make an empty virtual environment."""
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        fail(
            f"{sys.executable} could not make .venv, see above: on Debian and Ubuntu install the package python3-venv."
        )


def install(names: list[str]) -> None:
    """Install the packages of the named requirements files, their hashes checked."""
    files = [word for name in names for word in ("-r", str(PROJECT / name))]
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    if subprocess.call([*pip, *files]) != 0:
        fail("The packages could not be installed, see above: check the network and pip's settings, then run it again.")


def say(line: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{line}\n")


def fail(line: str) -> None:
    """Print a line and end with exit code 1."""
    say(line)
    sys.exit(1)


if __name__ == "__main__":
    main()
