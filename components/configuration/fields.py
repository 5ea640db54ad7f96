"""The types of configuration values: how the text that Pulumi hands over becomes a checked value.

Each type takes the text, or a finished value as tests and other programs give it, and raises a `ValueError` that says
what is wrong without repeating the text, which may hold a credential. Where the key's `allowed` text says it all, the
`ValueError` is empty.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, cast

from packaging.version import Version
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    InstanceOf,
    SecretStr,
    ValidationInfo,
)

from components.configuration.addresses import BackendAddress, check_host
from components.configuration.certificates import read_ca_file
from components.configuration.chart_location import ChartLocation
from components.configuration.key import Surroundings
from components.configuration.kubeconfig import Kubeconfig
from components.istio_versions import UnsupportedVersionError, parse_version, tracing_mode
from components.names import RESERVED_NAMESPACES

#: Machine types with less than two whole virtual CPUs: three such nodes don't hold the control plane and Bookinfo.
TOO_SMALL: Final = ("e2-medium", "e2-micro", "e2-small", "f1-micro", "g1-small", "n1-standard-1")


class ExactVersion(Version):
    """A version that is printed as it was written: tags and chart versions say `1.28.0-rc.1`, never `1.28.0rc1`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[type["ExactVersion"], tuple[str]]:  # copies keep the text
        return ExactVersion, (self._text,)


@dataclass(frozen=True)
class CaFile:
    """A file of CA certificates.

    Arguments:
        text: its path as written in configuration.
        pem: its certificates as PEM text.
    """

    text: str
    pem: str

    def __str__(self) -> str:
        return self.text


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


def _percentage(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text):
        raise ValueError
    return Decimal(text)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error


def _chart_values(text: str) -> object:
    values = _json(text)
    if not isinstance(values, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - pydantic collects ValueError, and lets TypeError pass
    return cast("dict[str, object]", values)


def _names(text: str) -> object:
    names = _json(text)
    if not isinstance(names, list):
        raise ValueError("it is not a list")  # noqa: TRY004 - as above
    return tuple(cast("list[object]", names))


def _namespace(text: str) -> str:
    if text in RESERVED_NAMESPACES or text.startswith("kube-"):
        raise ValueError("the namespace belongs to Kubernetes or to this program")
    return text


def _all_different(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"listed more than once: {', '.join(twice)}")
    return names


def _zone(text: str) -> str:
    if re.fullmatch(r"[a-z]+-[a-z]+[0-9]+", text):
        raise ValueError("that is a region; a zone is needed")
    return text


def _machine_type(text: str) -> str:
    if text in TOO_SMALL:
        raise ValueError("that machine type is too small for Istio")
    return text


def _istio_version(text: str) -> ExactVersion:
    try:
        tracing_mode(parse_version(text))
    except UnsupportedVersionError:
        raise
    except ValueError as error:
        raise ValueError("it is not an exact version") from error
    return ExactVersion(text)


def _access_token(text: str) -> SecretStr:
    if not text:
        raise ValueError("it is empty")
    if text != text.strip():
        raise ValueError("it begins or ends with white space or a line break")
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("it contains characters that a request header can't carry")
    return SecretStr(text)


def _header(text: str) -> str:
    if text and not re.fullmatch(r"[a-z0-9_.-]+", text):
        raise ValueError
    if text.startswith("grpc-") or text.endswith("-bin"):
        raise ValueError("gRPC keeps names that begin with grpc- or end with -bin to itself")
    return text


def _image(text: str) -> str:
    match = re.fullmatch(
        r"(?P<name>[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*?)(:(?P<tag>[\w][\w.-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?",
        text,
        re.ASCII,
    )
    if not match:
        raise ValueError("it is not an image reference")
    if not match["digest"] and match["tag"] in {None, "latest"}:
        raise ValueError("it names no fixed version, so that two Pods could run different ones")
    return text


def _gateway_host(text: str) -> str:
    return str(BackendAddress.parse(f"[{text}]:80").host) if ":" in text else check_host(text)


def project_path(text: str, root: Path) -> Path:
    """Return the path that `text` means: `~` is the home folder, anything relative starts at the project's folder."""
    try:
        return root / Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such home folder") from error


Switch: TypeAlias = Annotated[bool, from_text(switch)]
Percentage: TypeAlias = Annotated[Decimal, from_text(_percentage), Field(ge=0, le=100)]
ChartValues: TypeAlias = Annotated[dict[str, Any], from_text(_chart_values)]
NamespaceName: TypeAlias = Annotated[str, matching(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"), AfterValidator(_namespace)]
NamespaceNames: TypeAlias = Annotated[tuple[NamespaceName, ...], from_text(_names), AfterValidator(_all_different)]
ClusterName: TypeAlias = Annotated[str, matching(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")]
ProjectId: TypeAlias = Annotated[str, matching(r"([a-z0-9.-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]")]
Zone: TypeAlias = Annotated[str, AfterValidator(_zone), matching(r"[a-z]+-[a-z]+[0-9]+-[a-z][a-z0-9]*")]
GkeVersion: TypeAlias = Annotated[str, matching(r"latest|1\.[0-9]+(\.[0-9]+(-gke\.[0-9]+)?)?")]
MachineType: TypeAlias = Annotated[
    str, AfterValidator(_machine_type), matching(r"[a-z][a-z0-9]*-[a-z]+[a-z0-9]*(-[a-z0-9]+)*")
]
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
CaFilePath: TypeAlias = Annotated[
    InstanceOf[CaFile],
    from_file(lambda text, around: CaFile(text, read_ca_file(project_path(text, around.root), around.now))),
]
Address: TypeAlias = Annotated[InstanceOf[BackendAddress], from_text(BackendAddress.parse)]
AccessToken: TypeAlias = Annotated[SecretStr, from_text(_access_token)]
HeaderName: TypeAlias = Annotated[str, AfterValidator(_header)]
Image: TypeAlias = Annotated[str, AfterValidator(_image)]
Host: TypeAlias = Annotated[str, AfterValidator(_gateway_host)]
