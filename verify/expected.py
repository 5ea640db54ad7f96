"""The environment that is verified, as its stack's outputs describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from packaging.version import Version
from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from components.backends.presets import PRESETS, BackendPreset
from components.constants.choices import PodNetwork, TracingMode
from components.constants.names import MIRROR, injection_label
from components.model.gateway import GatewayForm, gateway_form
from components.model.revisions import Revisions, suffix, unnamed
from verify.errors import UsageError


@dataclass(frozen=True)
class TailSampling:
    """Which traces the Collector keeps.

    Arguments:
        keeps: which ones, in words.
        wait: seconds that it waits for the whole of a trace.
    """

    keeps: str
    wait: float


@dataclass(frozen=True)
class ExpectedBackend:
    """One backend of the environment.

    Arguments:
        address: its host and port.
        tls: whether it is reached over TLS and verified.
        ca_sha256: SHA-256 fingerprints of the CA certificates that verify it, lower-case hexadecimal.
        header_names: names of the headers that it is to get, the access token's among them.
        mirror: whether it is the second one. Default `False`.
    """

    address: str
    tls: bool
    ca_sha256: tuple[str, ...]
    header_names: tuple[str, ...]
    mirror: bool = False

    @property
    def google(self) -> bool:
        """Whether it is Google Cloud's, which takes the Collector's identity and no credential."""
        return self.address == str(PRESETS[BackendPreset.GOOGLE_CLOUD].address)

    @property
    def in_cluster(self) -> bool:
        """Whether it is the Jaeger in the cluster, which is reached inside mutual TLS."""
        return self.address == str(PRESETS[BackendPreset.IN_CLUSTER].address)

    @property
    def called(self) -> str:
        """What findings call it."""
        return MIRROR if self.mirror else "backend"


@dataclass(frozen=True)
class Expected:
    """What is to hold in the cluster.

    Arguments:
        stack: the stack's name, for commands.
        kubeconfig: text of the kubeconfig, a secret.
        cluster_name: name of the cluster, for people.
        istio_version: exact version of Istio, the newest where there are several.
        istio_revision: revision of the control plane of most namespaces; `default` is the one without a name.
        pod_network: who leads Pods' traffic through their sidecars.
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
        gateway_api: whether the gateway stands by the Gateway API.
        collector_namespace: the Collector's namespace; `None` in modes without one.
        jaeger_namespace: the namespace of Jaeger in the cluster; `None` with any other backend.
        google_project: the Google Cloud project that takes the Collector's spans; `None` with any other backend.
        bookinfo_namespace: Bookinfo's namespace; `None` without Bookinfo.
        tail_sampling: which traces the Collector keeps; `None` where it keeps all.
        istio_revisions: revision -> exact version, where there is more than one control plane or tag.
        istio_tags: tag -> revision.
        namespace_revisions: namespace -> the revision or tag that it asks for, where that is not `standard_revision`.
        standard_revision: revision or tag that all other namespaces ask for; empty means `istio_revision`.
        mirror_address: host and port of the second backend; `None` without one. The following as for the first.
        mirror_tls: whether it is reached over TLS.
        mirror_ca_sha256: fingerprints of its CA certificates.
        mirror_header_names: names of its headers.
    """

    __pydantic_config__: ClassVar = ConfigDict(alias_generator=to_camel, arbitrary_types_allowed=True)

    stack: str
    kubeconfig: str = field(repr=False)
    cluster_name: str
    istio_version: Annotated[Version, BeforeValidator(Version)]
    istio_revision: str
    pod_network: PodNetwork
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
    gateway_api: bool = False
    collector_namespace: str | None = None
    jaeger_namespace: str | None = None
    google_project: str | None = None
    bookinfo_namespace: str | None = None
    tail_sampling: TailSampling | None = None
    istio_revisions: Mapping[str, Annotated[Version, BeforeValidator(Version)]] = field(
        default_factory=dict[str, Version]
    )
    istio_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    namespace_revisions: Mapping[str, str] = field(default_factory=dict[str, str])
    standard_revision: str = ""
    mirror_address: str | None = None
    mirror_tls: bool = False
    mirror_ca_sha256: tuple[str, ...] = ()
    mirror_header_names: tuple[str, ...] = ()

    @classmethod
    def from_outputs(cls, stack: str, outputs: Mapping[str, Any]) -> Self:
        """Read a stack's outputs, as `pulumi stack output --json --show-secrets` prints them.

        Raises:
            UsageError: if there are none, or one is missing or not what it should be.
        """
        if not outputs:
            raise UsageError(f"Stack '{stack}' has no outputs: it is not up.", f"make up STACK={stack}")
        try:
            return TypeAdapter(cls).validate_python({**outputs, "stack": stack})
        except ValidationError as error:
            raise _wrong(stack, error.errors()[0]) from None

    @property
    def revisions(self) -> Revisions[Version]:
        """The control planes, and which namespace has its sidecars from which."""
        versions = self.istio_revisions or {self.istio_revision: self.istio_version}
        standard = self.standard_revision or self.istio_revision
        return Revisions(versions, standard, self.istio_tags, self.namespace_revisions)

    @property
    def control_planes(self) -> list["Expected"]:
        """The same for each control plane alone: its revision and version."""
        return [self._of(revision) for revision in self.revisions.versions]

    def of(self, namespace: str) -> "Expected":
        """Return the same for the control plane that a namespace has its sidecars from."""
        return self._of(self.revisions.of(namespace))

    def _of(self, revision: str) -> "Expected":
        return replace(self, istio_revision=revision, istio_version=self.revisions.versions[revision])

    @property
    def backend(self) -> ExpectedBackend:
        """The backend; where there are two, the first."""
        names = self.backend_header_names
        return ExpectedBackend(self.backend_address, self.backend_tls, self.backend_ca_sha256, names)

    @property
    def backends(self) -> tuple[ExpectedBackend, ...]:
        """Every backend that gets spans."""
        if self.mirror_address is None:
            return (self.backend,)
        names = self.mirror_header_names
        mirror = ExpectedBackend(self.mirror_address, self.mirror_tls, self.mirror_ca_sha256, names, mirror=True)
        return (self.backend, mirror)

    @property
    def revision_suffix(self) -> str:
        """What the names of a named revision's objects end with: `-<revision>`, or nothing."""
        return suffix(self.istio_revision)

    @property
    def held_back(self) -> float:
        """For how many seconds the Collector holds spans back, so that it can sample whole traces."""
        return self.tail_sampling.wait if self.tail_sampling else 0

    @property
    def gateway(self) -> GatewayForm:
        """What the gateway's objects are called, and its Pods' labels."""
        return gateway_form(gateway_api=self.gateway_api)

    def injection_label(self, namespace: str) -> dict[str, str]:
        """Return the label by which a namespace is to ask for sidecars."""
        return injection_label(unnamed(self.revisions.asked_by(namespace)))


def _wrong(stack: str, fault: ErrorDetails) -> UsageError:
    """Return what to say of a wrong output; pydantic's own words are not passed on, since they may repeat a secret."""
    name = str(fault["loc"][0])
    if fault["type"] == "missing" or fault["input"] is None:
        message = f"Stack '{stack}' has no output {name}: it is not wholly up, or was made by an older program."
    else:
        message = f"Output {name} of stack '{stack}' is not what the program writes."
    return UsageError(message, f"make up STACK={stack}")
