"""Stack files as the sandbox sees them: is it a sandbox's, which Istio does it want, where do the webhooks listen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from common.plain import at, map_at
from components.constants.names import PROJECT_NAME
from local.errors import SandboxError
from local.paths import DEFAULT_INSTANCE, DEMO_INSTANCE, PROJECT, SANDBOX, STACKS, shown
from local.ports import LOOPBACK
from local.toolchain.programs import ISTIO_TOOLS, NEWEST_ISTIO

_PREFIX: Final = "Pulumi."
_SUFFIX: Final = ".yaml"


@dataclass(frozen=True)
class StackFile:
    """The configuration of one stack.

    Arguments:
        stack: the stack's name.
        path: its file.
    """

    stack: str
    path: Path

    @property
    def is_standard(self) -> bool:
        """Whether Pulumi finds the file by itself; any other needs `--config-file`."""
        return self.path.parent == STACKS

    @property
    def is_sandbox(self) -> bool:
        """Whether the stack's cluster is a sandbox: its kubeconfig lies under `.sandbox`."""
        return self._kubeconfig is not None and self._kubeconfig.is_relative_to(SANDBOX)

    @property
    def is_real_node(self) -> bool:
        """Whether that sandbox is a real node: its kubeconfig lies in the folder of one."""
        return self._kubeconfig is not None and self._kubeconfig.parent == SANDBOX / DEMO_INSTANCE

    @property
    def _kubeconfig(self) -> Path | None:
        given = self._text("kubeconfig")
        return None if given is None else PROJECT / Path(given).expanduser()

    @property
    def istio_release(self) -> str:
        """The Istio version of a sandbox stack.

        Raises:
            SandboxError: if the sandbox has no istiod of that version.
        """
        release = self._text("istioVersion")
        if release is None or release not in ISTIO_TOOLS:
            raise SandboxError(
                f"{PROJECT_NAME}:istioVersion of stack '{self.stack}' is {release or 'not set'}; "
                f"the sandbox has istiod {', '.join(ISTIO_TOOLS)}.\n"
                f"Fix: pulumi config set --stack {self.stack} {PROJECT_NAME}:istioVersion {NEWEST_ISTIO}"
            )
        return release

    @property
    def webhook_port(self) -> int:
        """The port of this machine at which the charts' values expect istiod's webhooks.

        Raises:
            SandboxError: if the values name none.
        """
        url = at(self._config(), f"{PROJECT_NAME}:istiodValues", "istiodRemote", "injectionURL")
        address = urlsplit(str(url or ""))
        if address.hostname != LOOPBACK or address.port is None:
            raise SandboxError(
                f"{PROJECT_NAME}:istiodValues of stack '{self.stack}' must hold istiodRemote.injectionURL "
                f"https://{LOOPBACK}:<port>/inject, where the sandbox's istiod listens; given: {url or 'nothing'}.\n"
                f"Fix it in {shown(self.path)}."
            )
        return address.port

    def set_webhook_port(self, port: int) -> None:
        """Write another port into all webhook URLs of the file; everything else stays as it is, comments too."""
        text = self.path.read_text(encoding="utf-8")
        self.path.write_text(with_webhook_port(text, self.webhook_port, port), encoding="utf-8")

    def derive(self, instance_folder: Path, webhook_port: int) -> "StackFile":
        """Write a copy for another instance into that instance's folder, and return it.

        Arguments:
            instance_folder: folder of the instance; the copy's kubeconfig and CA file are that instance's.
            webhook_port: the port of the instance's istiod.
        """
        text = with_webhook_port(self.path.read_text(encoding="utf-8"), self.webhook_port, webhook_port)
        return self._copied(for_instance(text, instance_folder), instance_folder)

    def copy_for(self, folder: Path) -> "StackFile":
        """Write a copy for another real node into that node's folder, and return it.

        Arguments:
            folder: the node's folder; the copy's kubeconfig and CA file are that node's.
        """
        text = self.path.read_text(encoding="utf-8").replace(f"{shown(SANDBOX / DEMO_INSTANCE)}/", f"{shown(folder)}/")
        return self._copied(text, folder)

    def _copied(self, text: str, folder: Path) -> "StackFile":
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / self.path.name
        copy.write_text(text, encoding="utf-8")
        return StackFile(self.stack, copy)

    def _text(self, key: str) -> str | None:
        value = self._config().get(f"{PROJECT_NAME}:{key}")
        return None if value is None else str(value)

    def _config(self) -> Mapping[str, Any]:
        try:
            document = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise SandboxError(f"{shown(self.path)} is no YAML: {error}") from error
        return map_at(document, "config")


def find_stack_file(stack: str) -> StackFile:
    """Return the file of a stack that has one.

    Raises:
        SandboxError: if there is none; the message lists those that exist.
    """
    path = STACKS / f"{_PREFIX}{stack}{_SUFFIX}"
    if not path.exists():
        names = sorted(
            file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for file in STACKS.glob(f"{_PREFIX}*{_SUFFIX}")
        )
        raise SandboxError(
            f"There is no stack '{stack}': {shown(path)} does not exist. Stacks: {', '.join(names)}.\n"
            f"Choose one of them, for example: make up STACK=sandbox"
        )
    return StackFile(stack, path)


def for_instance(text: str, instance_folder: Path) -> str:
    """Return the text of a stack file with the files of another instance instead of the default one's."""
    return text.replace(f"{shown(SANDBOX / DEFAULT_INSTANCE)}/", f"{shown(instance_folder)}/")


def with_webhook_port(text: str, old: int, new: int) -> str:
    """Return the text of a stack file with port `new` for `old` in its webhook URLs."""
    return re.sub(rf"(https://{re.escape(LOOPBACK)}:){old}(?=/)", rf"\g<1>{new}", text)
