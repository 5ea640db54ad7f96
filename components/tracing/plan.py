"""How an environment traces: what follows from its Istio version, its tracing mode and its backend.

The plan is made once, from plain data, and handed on. Left out on purpose: how Istio and Kubernetes write it down,
which the functions of this folder know.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from packaging.version import Version
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import Backend, google_project
from components.constants.choices import TracingMode
from components.constants.names import PROVIDER_NAMES, SATELLITE_HOST
from components.model.secret_mounts import CA, TOKEN, SecretMount
from components.model.spans import CustomTags, SamplingOverride, TailSampling
from components.versions.istio import ProviderToken, VersionRow, row_for, why_not


@dataclass(frozen=True)
class TracingPlan:
    """What an environment asks of tracing, and what can be read off it.

    Arguments:
        version: the exact Istio version.
        mode: the tracing mode.
        backend: the tracing backend.
        mirror: a second backend, which gets every span as well; only with a Collector. Default: none.
        token: the backend's access token; only native mode and some `lightstep` providers put it into chart values.
            Default: none.
        sampling_percentage: share of requests that are traced, 0 to 100 with at most two decimals. Default 100.
        overrides: other percentages for parts of the mesh. Default: none.
        custom_tags: tags for every span. Default: none.
        tail_sampling: which traces the Collector keeps; `None` (default) keeps all.

    Raises:
        ValueError: if the mode does not work with the version, or sends to one backend only.
    """

    version: Version
    mode: TracingMode
    backend: Backend
    mirror: Backend | None = None
    token: SecretStr | None = None
    sampling_percentage: Decimal = Decimal(100)
    overrides: tuple[SamplingOverride, ...] = ()
    custom_tags: CustomTags = field(default_factory=dict[str, Any])
    tail_sampling: TailSampling | None = None

    def __post_init__(self) -> None:
        if reason := why_not(self.version, self.mode):
            raise ValueError(reason)
        if self.mirror and not self.has_collector:
            raise ValueError("only a Collector sends to two backends")

    @cached_property
    def row(self) -> VersionRow:
        """What holds for the Istio version."""
        return row_for(self.version)

    @property
    def has_collector(self) -> bool:
        """Whether sidecars send their spans to a Collector in the cluster, which alone knows the backend."""
        return self.mode is TracingMode.OPENTELEMETRY

    @property
    def backends(self) -> tuple[Backend, ...]:
        """Where every span goes."""
        return (self.backend, self.mirror) if self.mirror else (self.backend,)

    @property
    def has_jaeger(self) -> bool:
        """Whether one of the backends is the Jaeger that the program runs in the cluster."""
        return any(backend.in_cluster for backend in self.backends)

    @property
    def google_project(self) -> str | None:
        """Id of the Google Cloud project that takes the Collector's spans; `None` if none does."""
        return google_project(self.backends)

    @property
    def has_telemetry(self) -> bool:
        """Whether Telemetry resources say what is traced; elsewhere the chart values do."""
        return self.row.telemetry_in(self.mode)

    @property
    def provider(self) -> str:
        """Name of the extension provider in the mesh configuration and in Telemetry resources."""
        return PROVIDER_NAMES[self.mode]

    @property
    def satellites(self) -> BackendAddress | None:
        """Where sidecars send their spans themselves; `None` if they send them to the Collector."""
        return None if self.has_collector else self.backend.address

    @property
    def satellite_host(self) -> str:
        """The host by which the mesh knows the satellites: their DNS name, or a name of ours for an IP address.

        Sidecars look a provider's service up among the mesh's hosts, which are names.
        """
        return SATELLITE_HOST if self.backend.address.is_ip else self.backend.address.host

    @property
    def token_is_a_file(self) -> bool:
        """Whether sidecars read the access token from a file."""
        return self.mode is TracingMode.LIGHTSTEP_PROVIDER and self.row.provider_token is ProviderToken.FILE

    @property
    def token_is_in_the_mesh_configuration(self) -> bool:
        """Whether the access token stands in ConfigMap `istio`, readable for all who may read ConfigMaps."""
        if self.mode is TracingMode.LIGHTSTEP_PROVIDER:
            return self.row.provider_token is ProviderToken.TEXT
        return self.mode is TracingMode.NATIVE

    @property
    def sidecar_mounts(self) -> tuple[SecretMount, ...]:
        """The Secrets that every sidecar mounts, gateways included; each stands in every namespace with sidecars."""
        ca = (CA,) if self.backend.tls and not self.has_collector else ()
        return (*ca, *((TOKEN,) if self.token_is_a_file else ()))
