"""What a team may say about its spans, as plain data: custom tags, sampling by part of the mesh, of whole traces."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias


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


#: Seconds that the Collector waits from a trace's first span to the decision on it: its processor's default. Sidecars
#: and SDKs hand a span on within 5 s of its end, so that of requests of up to 25 s all spans are there
#: (tailsamplingprocessor v0.160.0, README.md).
DECISION_WAIT: Final = 30


@dataclass(frozen=True)
class Kept:
    """Which traces are kept once they are complete, besides those with an error.

    Arguments:
        slower_than: duration in milliseconds above which a trace is kept.
        share: share of all others that is kept, 0 to 100 with at most two decimals.
    """

    slower_than: int
    share: Decimal

    def __str__(self) -> str:
        """For example `traces with an error, those slower than 1000 ms, and 10 % of the rest`."""
        return f"traces with an error, those slower than {self.slower_than} ms, and {self.share} % of the rest"


@dataclass(frozen=True)
class TailSampling:
    """Which traces the Collector keeps.

    Arguments:
        kept: what holds unless another one does.
        namespaces: namespace -> what holds for traces in which it took part. Of several the most generous decides.
    """

    kept: Kept
    namespaces: Mapping[str, Kept]

    def __str__(self) -> str:
        """For example `traces with an error, …; where shop takes part traces with an error, …`."""
        others = (f"; where {namespace} takes part {kept}" for namespace, kept in self.namespaces.items())
        return f"{self.kept}{''.join(others)}"


def _with_default(name: str, default: str | None) -> dict[str, Any]:
    return {"name": name} if default is None else {"name": name, "defaultValue": default}
