"""What is known of a kind of tracing backend: the columns of the table in `presets`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from components.backends.address import BackendAddress
from components.backends.backend import AuthScheme, OtlpProtocol


@dataclass(frozen=True)
class Source:
    """Where facts come from.

    Arguments:
        page: address of the page.
        read: the day on which it was read, as 2026-11-28.
    """

    page: str
    read: str


@dataclass(frozen=True)
class ByRegion:
    """An address of which a team gives one part, in `backendRegion`.

    Arguments:
        called: what the part is called where the team finds it: region, site, realm, environment.
        example: one.
        known: part -> host. Default: none.
        host: the host of any other, with `{}` for the part; empty (default) allows what is in `known` only.
        pattern: what any other may be, as a regular expression.
        described: the pattern in words.
        port: the TCP port. Default 443.
    """

    called: str
    example: str
    known: Mapping[str, str] = field(default_factory=dict[str, str])
    host: str = ""
    pattern: str = ""
    described: str = ""
    port: int = 443

    @property
    def words(self) -> str:
        """What the part may be, in words."""
        return self.described or " or ".join(self.known)

    def allows(self, region: str) -> bool:
        """Tell whether a text can be the part."""
        return region in self.known or bool(self.host and re.fullmatch(self.pattern, region, re.ASCII))

    def address(self, region: str) -> BackendAddress:
        """Return the address of a region."""
        return BackendAddress(self.known.get(region) or self.host.format(region), self.port)


@dataclass(frozen=True)
class OwnAddress:
    """An address that each team has for itself, in `backendAddress`.

    Arguments:
        example: one, `host:port`.
        domain: the domain of all of them, with its leading dot, where there is one; spans go there over TLS only.
            Default: none, and then TLS is the team's choice.
    """

    example: str
    domain: str = ""


@dataclass(frozen=True)
class Preset:
    """A kind of tracing backend.

    Arguments:
        title: what it is, in words.
        address: its address, or what of it a team gives.
        token_header: header that carries the access token; `None` if that differs from team to team.
        ready: what a team must have before it sets this backend.
        sources: where all of this is said.
        token_scheme: what stands before the token in that header. Default: nothing.
        protocols: how it takes OTLP, the default first. Default: gRPC only.
        path: path of the traces over HTTP; `None` (default) means OTLP's own, which a team may change.
        headers: further headers that it asks of everybody, name -> value. Default: none.
        speaks_lightstep: whether Envoy's own Lightstep tracer and Istio's `lightstep` provider can send to it. Default
            `False`.
        public_ca: whether its certificate comes from public CAs that change without notice, so that the Collector
            recognizes it by those in its image; otherwise by ISRG Root X1. Default `False`.
        in_cluster: whether the program runs it in the cluster, in the mesh: it is reached inside mutual TLS, without
            TLS or a credential of its own. Default `False`.
        google_identity: whether it takes no credential that somebody gives: the Collector shows the identity that GKE
            gives its Pods (Workload Identity), and the spans belong to the cluster's project. Default `False`.
    """

    title: str
    address: BackendAddress | ByRegion | OwnAddress
    token_header: str | None
    ready: str
    sources: tuple[Source, ...]
    token_scheme: AuthScheme | None = None
    protocols: tuple[OtlpProtocol, ...] = (OtlpProtocol.GRPC,)
    path: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    speaks_lightstep: bool = False
    public_ca: bool = False
    in_cluster: bool = False
    google_identity: bool = False

    @property
    def tls_only(self) -> bool:
        """Whether it takes spans over TLS only: all outside that have an address or a domain of their own do."""
        own = not isinstance(self.address, OwnAddress) or bool(self.address.domain)
        return own and not self.in_cluster
