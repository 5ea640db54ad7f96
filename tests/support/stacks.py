"""The stacks of the project as settings, with what a person adds to them on their own machine."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

from components.configuration.reading import parse_settings
from components.configuration.settings import Settings
from components.constants.names import PROJECT_NAME
from components.environment.args import tracing_plan
from components.environment.environment import Environment, EnvironmentArgs
from local.paths import STACKS
from local.toolchain.gateway_api_files import GATEWAY_API_CRDS
from tests.components.configuration.settings_support import NOW, authority, kubeconfig
from tests.support.istio import Istio
from tests.support.mocks import Recording, record

#: The access token that each stack is given here.
TOKEN: Final = "token-of-the-tests"


def stack_names() -> list[str]:
    """Return the names of the stacks in `stacks/`."""
    return sorted(path.name.split(".")[1] for path in STACKS.glob("Pulumi.*.yaml"))


def stack_config(stack: str) -> dict[str, str]:
    """Return the configuration in a stack's file, without the namespace, as Pulumi hands it over."""
    config: dict[str, Any] = yaml.safe_load((STACKS / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    return {key.removeprefix(f"{PROJECT_NAME}:"): _text(value) for key, value in config.items()}


def stack_settings(stack: str, project: Path) -> Settings:
    """Return the settings of a stack as its file says.

    Arguments:
        stack: its name.
        project: an empty folder that stands in for the project's own; the files that the stack names are made there.
    """
    texts = stack_config(stack)
    if "backend" in texts:
        texts |= {"accessToken": TOKEN}
    if "kubeconfig" in texts:
        _write(project / texts["kubeconfig"], kubeconfig())
    if "backendCaFile" in texts:
        _write(project / texts["backendCaFile"], authority().pem)
    if "gatewayApiCrds" in texts:
        file = project / texts["gatewayApiCrds"]
        file.parent.mkdir(parents=True)
        file.symlink_to(GATEWAY_API_CRDS)
    if "://" not in texts.get("istioCharts", "://"):
        folder = project / texts["istioCharts"]
        folder.parent.mkdir(parents=True)
        folder.symlink_to(Istio.obtain(texts["istioVersion"]).charts)
    return parse_settings(texts, stack=stack, root=project, now=NOW, secret_keys={"accessToken"})


def record_environment(settings: Settings) -> Recording:
    """Return what the program makes of settings, with the stack's outputs."""

    def make() -> dict[str, Any]:
        return Environment("environment", EnvironmentArgs(settings, tracing_plan(settings))).outputs.exported()

    return record(make)


def _text(value: object) -> str:
    """Return a value of a stack's file as Pulumi hands it over."""
    return value if isinstance(value, str) else json.dumps(value)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
