"""The types of configuration values: how the text that Pulumi hands over becomes a checked value.

Each type takes the text, or a finished value as tests and other programs give it, and raises a `ValueError` that says
what is wrong without repeating the text, which may hold a credential. Where the key's `allowed` text says it all, the
`ValueError` is empty.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias, cast

from packaging.version import Version
from pydantic import (
    AfterValidator,
    BeforeValidator,
    InstanceOf,
    ValidationInfo,
)

from components.backends.address import BackendAddress, check_host
from components.configuration.chart_location import ChartLocation
from components.configuration.key import Surroundings
from components.configuration.kubeconfig import Kubeconfig
from components.constants.names import RESERVED_NAMESPACES
from components.versions.istio import UnsupportedVersionError, parse_version, row_for


class ExactVersion(Version):
    """A version that is printed as it was written: tags and chart versions say `1.28.0-rc.1`, never `1.28.0rc1`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[type["ExactVersion"], tuple[str]]:  # copies keep the text
        return ExactVersion, (self._text,)


def from_text(parse: Callable[[str], object]) -> BeforeValidator:
    """Return the validator that turns text into a value by `parse` and leaves other values alone."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def from_file(read: Callable[[str, Surroundings], object]) -> BeforeValidator:
    """Return the validator that turns a path into a value by `read` and leaves other values alone."""

    def validate(value: object, info: ValidationInfo) -> object:
        around = info.context if isinstance(info.context, Surroundings) else Surroundings(Path.cwd(), datetime.now(UTC))
        return read(value, around) if isinstance(value, str) else value

    return BeforeValidator(validate)


def one_of(choices: type[StrEnum]) -> BeforeValidator:
    """Return the validator that accepts the members of `choices` by their exact text."""

    def parse(text: str) -> StrEnum:
        try:
            return choices(text)
        except ValueError as error:
            raise ValueError from error

    return from_text(parse)


def matching(pattern: str) -> AfterValidator:
    """Return the validator that accepts text which matches `pattern` as a whole."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError
        return text

    return AfterValidator(check)


def whole(text: str) -> int:
    """Read a whole number of decimal digits."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError
    return int(text)


def switch(text: str) -> bool:
    """Read `true` or `false`."""
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


def _json_value(text: str, **options: Any) -> object:
    """Read JSON; `options` are those of `json.loads`."""
    try:
        return json.loads(text, **options)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error


def json_object(text: str) -> dict[str, object]:
    """Read a JSON object."""
    value = _json_value(text)
    if not isinstance(value, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - pydantic collects ValueError, and lets TypeError pass
    return cast("dict[str, object]", value)


def json_list(text: str, **options: Any) -> tuple[object, ...]:
    """Read a JSON list; `options` are those of `json.loads`."""
    value = _json_value(text, **options)
    if not isinstance(value, list):
        raise ValueError("it is not a list")  # noqa: TRY004 - as above
    return tuple(cast("list[object]", value))


def is_free_namespace(name: str) -> bool:
    """Tell whether a namespace belongs neither to Kubernetes nor to this program."""
    return name not in RESERVED_NAMESPACES and not name.startswith("kube-")


def _namespace(text: str) -> str:
    if not is_free_namespace(text):
        raise ValueError("the namespace belongs to Kubernetes or to this program")
    return text


def _all_different(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"listed more than once: {', '.join(twice)}")
    return names


def _istio_version(text: str) -> ExactVersion:
    try:
        row_for(parse_version(text))
    except UnsupportedVersionError:
        raise
    except ValueError as error:
        raise ValueError("it is not an exact version") from error
    return ExactVersion(text)


def _gateway_host(text: str) -> str:
    return str(BackendAddress.parse(f"[{text}]:80").host) if ":" in text else check_host(text)


def project_path(text: str, root: Path) -> Path:
    """Return the path that `text` means: `~` is the home folder, anything relative starts at the project's folder."""
    try:
        return root / Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such home folder") from error


Switch: TypeAlias = Annotated[bool, from_text(switch)]
ChartValues: TypeAlias = Annotated[dict[str, Any], from_text(json_object)]
NamespaceName: TypeAlias = Annotated[str, matching(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"), AfterValidator(_namespace)]
NamespaceNames: TypeAlias = Annotated[tuple[NamespaceName, ...], from_text(json_list), AfterValidator(_all_different)]
ClusterName: TypeAlias = Annotated[str, matching(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")]
Email: TypeAlias = Annotated[str, matching(r"[^@\s]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+")]
IstioVersion: TypeAlias = Annotated[InstanceOf[ExactVersion], from_text(_istio_version)]
IstioCharts: TypeAlias = Annotated[
    InstanceOf[ChartLocation], from_file(lambda text, around: ChartLocation.parse(text, around.root))
]
ImagePrefix: TypeAlias = Annotated[str, matching(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*")]
Revision: TypeAlias = Annotated[str, matching(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")]
KubeconfigFile: TypeAlias = Annotated[
    InstanceOf[Kubeconfig], from_file(lambda text, around: Kubeconfig.read(project_path(text, around.root)))
]
Host: TypeAlias = Annotated[str, AfterValidator(_gateway_host)]
