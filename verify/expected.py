"""The environment that is verified, as its stack's outputs describe it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self, TypeVar, cast

from packaging.version import Version

from components.constants.choices import TracingMode
from components.constants.names import DEFAULT_REVISION, injection_label
from verify.errors import UsageError

_T = TypeVar("_T")


@dataclass(frozen=True)
class Expected:
    """What is to hold in the cluster.

    Arguments:
        stack: the stack's name, for commands.
        kubeconfig: text of the kubeconfig, a secret.
        cluster_name: name of the cluster, for people.
        istio_version: exact version of Istio.
        istio_revision: revision of the control plane; `default` is the one without a name.
        tracing_mode: how spans leave the mesh.
        backend_address: host and port of the tracing backend.
        backend_tls: whether the backend is reached over TLS and verified.
        backend_ca_sha256: SHA-256 fingerprints of the CA certificates that verify it, lower-case hexadecimal.
        backend_header_names: names of the headers that it is to get, the access token's among them.
        sampling_percentage: share of requests that are traced, 0 to 100.
        ingress_host: the gateway's address from outside.
        ingress_port: its TCP port.
        gateway_url: `http://<host>[:<port>]`.
        namespaces: the namespaces with sidecars.
        gateway_namespace: the gateway's namespace.
        collector_namespace: the Collector's namespace; `None` in modes without one.
        bookinfo_namespace: Bookinfo's namespace; `None` without Bookinfo.
    """

    stack: str
    kubeconfig: str = field(repr=False)
    cluster_name: str
    istio_version: Version
    istio_revision: str
    tracing_mode: TracingMode
    backend_address: str
    backend_tls: bool
    backend_ca_sha256: tuple[str, ...]
    backend_header_names: tuple[str, ...]
    sampling_percentage: Decimal
    ingress_host: str
    ingress_port: int
    gateway_url: str
    namespaces: tuple[str, ...]
    gateway_namespace: str
    collector_namespace: str | None = None
    bookinfo_namespace: str | None = None

    @classmethod
    def from_outputs(cls, stack: str, outputs: Mapping[str, Any]) -> Self:
        """Read a stack's outputs, as `pulumi stack output --json --show-secrets` prints them.

        Raises:
            UsageError: if there are none, or one is missing or not what it should be.
        """
        if not outputs:
            raise UsageError(f"Stack '{stack}' has no outputs: it is not up.", f"make up STACK={stack}")
        given = _Outputs(stack, outputs)
        return cls(
            stack=stack,
            kubeconfig=given.text("kubeconfig"),
            cluster_name=given.text("clusterName"),
            istio_version=given.read("istioVersion", Version),
            istio_revision=given.text("istioRevision"),
            tracing_mode=given.read("tracingMode", TracingMode),
            backend_address=given.text("backendAddress"),
            backend_tls=given.value("backendTls") is True,
            backend_ca_sha256=given.texts("backendCaSha256"),
            backend_header_names=given.texts("backendHeaderNames"),
            sampling_percentage=given.read("samplingPercentage", Decimal),
            ingress_host=given.text("ingressHost"),
            ingress_port=given.read("ingressPort", lambda text: int(float(text))),
            gateway_url=given.text("gatewayUrl"),
            namespaces=given.texts("namespaces"),
            gateway_namespace=given.text("gatewayNamespace"),
            collector_namespace=given.optional("collectorNamespace"),
            bookinfo_namespace=given.optional("bookinfoNamespace"),
        )

    @property
    def revision_suffix(self) -> str:
        """What the names of a named revision's objects end with: `-<revision>`, or nothing."""
        return "" if self.istio_revision == DEFAULT_REVISION else f"-{self.istio_revision}"

    @property
    def injection_labels(self) -> dict[str, str]:
        """The label by which a namespace asks for the sidecars of the stack's control plane."""
        return injection_label(None if self.istio_revision == DEFAULT_REVISION else self.istio_revision)


@dataclass(frozen=True)
class _Outputs:
    stack: str
    outputs: Mapping[str, Any]

    def value(self, name: str) -> Any:
        if self.outputs.get(name) is None:
            raise UsageError(
                f"Stack '{self.stack}' has no output {name}: it is not wholly up, or was made by an older program.",
                f"make up STACK={self.stack}",
            )
        return self.outputs[name]

    def text(self, name: str) -> str:
        return self.read(name, str)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return tuple(str(each) for each in cast("list[object]", value))

    def optional(self, name: str) -> str | None:
        return str(self.outputs[name]) if self.outputs.get(name) else None

    def read(self, name: str, read: Callable[[str], _T]) -> _T:
        try:
            return read(str(self.value(name)))
        except (ValueError, ArithmeticError) as error:
            raise self._wrong(name, "what the program writes") from error

    def _wrong(self, name: str, expected: str) -> UsageError:
        return UsageError(f"Output {name} of stack '{self.stack}' is not {expected}.", f"make up STACK={self.stack}")
