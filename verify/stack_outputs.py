"""A stack's outputs: from the genuine `pulumi`, or from a file that it has written."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final, cast

from common.files import UnreadableFileError, read_text
from verify.errors import UsageError

PROJECT: Final = Path(__file__).resolve().parent.parent

#: Seconds within which Pulumi must answer; a state in a bucket takes a few.
_PATIENCE: Final = 120


def read_outputs(stack: str, file: Path | None) -> dict[str, Any]:
    """Return a stack's outputs, secrets shown.

    Arguments:
        stack: the stack's name.
        file: where they stand as JSON; `None` asks `pulumi`.

    Raises:
        UsageError: if they can't be had, with what to do.
    """
    if file is None:
        return _object(_asked(stack), f"`pulumi stack output` of stack '{stack}'")
    try:
        text = read_text(file)
    except UnreadableFileError as error:
        raise UsageError(f"--outputs {file} can't be read: {error}", _write_file(stack, file)) from error
    return _object(text, f"--outputs {file}", _write_file(stack, file))


def _asked(stack: str) -> str:
    program = shutil.which("pulumi")
    if program is None:
        raise UsageError(
            "There is no pulumi on PATH to ask for the stack's outputs.",
            f"make verify STACK={stack} (it brings one along), or --outputs FILE",
        )
    try:
        answer = subprocess.run(
            [program, "stack", "output", "--json", "--show-secrets", "--non-interactive", "--stack", stack],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError(
            f"pulumi did not tell the outputs of stack '{stack}' within {_PATIENCE} s.",
            "see that the backend of its state is reached: pulumi whoami --verbose",
        ) from error
    if answer.returncode != 0:
        raise _refusal(stack, answer.stderr or answer.stdout)
    return answer.stdout


def _refusal(stack: str, said: str) -> UsageError:
    lines = [line.removeprefix("error: ") for line in map(str.strip, said.splitlines()) if line]
    message = f"pulumi does not tell the outputs of stack '{stack}': {'; '.join(lines)[:600]}"
    if "no stack named" in said:
        return UsageError(message, f"pulumi stack ls shows the stacks there are; make up STACK={stack} makes this one")
    if "passphrase" in said or "decrypt" in said:
        return UsageError(message, "set PULUMI_CONFIG_PASSPHRASE, or log in to the stack's key management")
    return UsageError(message, "pulumi login <the URL of your state>, or fix PULUMI_BACKEND_URL; see pulumi whoami")


def _object(text: str, source: str, fix: str = "") -> dict[str, Any]:
    try:
        outputs: object = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{source} is no JSON: {error}", fix) from error
    if not isinstance(outputs, dict):
        raise UsageError(f"{source} is no JSON object.", fix)
    return cast("dict[str, Any]", outputs)


def _write_file(stack: str, file: Path) -> str:
    return f"(umask 077; pulumi stack output --json --show-secrets --stack {stack} > {file})"
