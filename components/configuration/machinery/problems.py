"""What people are told when a configuration is wrong: every problem, with the command that fixes it."""

import re
import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pydantic.alias_generators import to_camel

from components.constants.names import PROJECT_NAME

#: What stands in place of a credential, and of a value that may be one.
HIDDEN: Final = "[secret]"
NOT_SHOWN: Final = "(not shown)"
_LONGEST: Final = 160

_CREDENTIALS: Final = re.compile(
    r"""
    -----BEGIN                                                  # a key or certificate pasted in place of a path
    | //[^/@\s]*@                                               # a URL's user name or password
    | ^[^/@\s]+:[^/@\s]+@                                       # the same without a scheme
    | \b(?:bearer|basic)\s+\S                                   # an Authorization header
    | (?:token|password|passwd|secret|api[_-]?key)["']?\s*[:=]  # a credential under its name
    | \beyJ[\w-]{8,}                                            # a JSON web token
    | (?<![\w+=])(?<!sha256:)(?=[A-Za-z_+=]*\d)(?=[\d_+=]*[A-Za-z])[\w+=]{20,}  # a long mixture of letters and digits
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)


class ConfigurationError(pulumi.RunError):
    """A stack's configuration is wrong. Pulumi prints the message and no traceback.

    Arguments:
        stack: the stack's name.
        problems: what is wrong, at least one.
        secrets: values that must not be shown, wherever they turn up.
    """

    def __init__(self, stack: str, problems: "Sequence[Problem]", secrets: Collection[str] = ()) -> None:
        self.problems = tuple(problems)
        count = "1 configuration error" if len(problems) == 1 else f"{len(problems)} configuration errors"
        parts = [f"Stack '{stack}' has {count}; nothing was created."]
        parts += [problem.text(stack, secrets) for problem in problems]
        super().__init__("\n\n".join(parts) + "\n")


@dataclass(frozen=True)
class Command:
    """A `pulumi config` command.

    Arguments:
        verb: `set` or `rm`.
        key: the key without its namespace; with `path`, followed by the path inside its value.
        value: what to set; `None` (default) for `rm`, and for a secret, which Pulumi then asks for.
        options: further options, for example `--secret` or `--path`.
        source: the file that holds what to set, where that is of several lines; `None` (default) where none does.
    """

    verb: str
    key: str
    value: str | None = None
    options: tuple[str, ...] = ()
    source: str | None = None

    def line(self, stack: str) -> str:
        """Return the command as typed in a shell."""
        words = ["pulumi", "config", self.verb, *self.options, "--stack", stack, f"{PROJECT_NAME}:{self.key}"]
        typed = shlex.join(words if self.value is None else [*words, self.value])
        return f"{typed} < {shlex.quote(self.source)}" if self.source else typed


#: Commands to run one after the other.
Steps = tuple[Command, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Arguments:
        key: the key without its namespace.
        given: what was given; `None` if the key is not set.
        allowed: which values are allowed.
        fixes: what corrects it; several are alternatives, and one that would show a credential is left out.
        reason: what is wrong, where `allowed` does not say it all; empty (default) otherwise.
    """

    key: str
    given: str | None
    allowed: str
    fixes: tuple[Steps, ...]
    reason: str = ""

    def text(self, stack: str, secrets: Collection[str] = ()) -> str:
        """Return the problem as a block of indented lines, without any of `secrets` or what looks like a credential."""
        rows = [("given", "(not set)" if self.given is None else _shown(self.given, secrets))]
        if self.reason:
            rows.append(("problem", _masked(self.reason, secrets)))
        rows.append(("allowed", self.allowed))
        shown = [
            steps for steps in self.fixes if not any(_is_hidden(command.value or "", secrets) for command in steps)
        ]
        commands = [" && ".join(command.line(stack) for command in steps) for steps in shown]
        rows += [("or" if position else "fix", line) for position, line in enumerate(commands)]
        lines = [f"    {label + ':':<9}{value}" for label, value in rows]
        return "\n".join([f"  {PROJECT_NAME}:{self.key}", *lines])


def put(field: str, value: str) -> Steps:
    """Return the command that sets a field's key to `value`."""
    return (Command("set", to_camel(field), value),)


def put_secret(field: str, source: str = "") -> Steps:
    """Return the command that asks for a secret, or takes it from file `source`; it never stands on a command line."""
    return (Command("set", to_camel(field), options=("--secret",), source=source or None),)


def remove(field: str, path: str = "") -> Steps:
    """Return the command that removes a field's key, or only what stands at `path` (with its leading dot) in its value.

    What is no field is taken for a key that nobody reads.
    """
    return (Command("rm", to_camel(field) + path, options=("--path",) if path else ()),)


def _shown(given: str, secrets: Collection[str]) -> str:
    """Return what may be shown of a value: nothing if it is or holds a credential, and one line of bearable length."""
    if _is_hidden(given, secrets):
        return HIDDEN
    line = given if given.isprintable() else ascii(given)[1:-1]
    if not line.strip():
        return f"'{line}'"
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "..."


def _is_hidden(text: str, secrets: Collection[str]) -> bool:
    return bool(_CREDENTIALS.search(text)) or any(secret in text for secret in secrets if secret)


def _masked(reason: str, secrets: Collection[str]) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        reason = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)" if len(secret) < 8 else re.escape(secret), HIDDEN, reason)
    return reason
