"""What a team may say about its spans, as plain data: custom tags, and other sampling for parts of the mesh."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias


@dataclass(frozen=True)
class LiteralTag:
    """A tag with the same value on every span.

    Arguments:
        value: the value.
    """

    value: str

    def istio(self) -> dict[str, Any]:
        """Return it as Istio's API takes it."""
        return {"literal": {"value": self.value}}


@dataclass(frozen=True)
class HeaderTag:
    """A tag with the value of a request header.

    Arguments:
        name: the header's name.
        default: value for requests without it; `None` (default) leaves the tag out.
    """

    name: str
    default: str | None = None

    def istio(self) -> dict[str, Any]:
        """Return it as Istio's API takes it."""
        return {"header": _with_default(self.name, self.default)}


@dataclass(frozen=True)
class EnvironmentTag:
    """A tag with the value of an environment variable of the sidecar.

    Arguments:
        name: the variable's name.
        default: value where it is not set; `None` (default) leaves the tag out.
    """

    name: str
    default: str | None = None

    def istio(self) -> dict[str, Any]:
        """Return it as Istio's API takes it."""
        return {"environment": _with_default(self.name, self.default)}


CustomTag: TypeAlias = LiteralTag | HeaderTag | EnvironmentTag

#: Tag name -> where its value comes from.
CustomTags: TypeAlias = Mapping[str, CustomTag]


@dataclass(frozen=True)
class SamplingOverride:
    """Another sampling percentage for one namespace, or for one workload in it.

    Arguments:
        namespace: the namespace.
        percentage: share of its requests that are traced, 0 to 100 with at most two decimals.
        workload: value of the label `app` on the workload's Pods; `None` (default) means the whole namespace.
    """

    namespace: str
    percentage: Decimal
    workload: str | None = None


def _with_default(name: str, default: str | None) -> dict[str, Any]:
    return {"name": name} if default is None else {"name": name, "defaultValue": default}
