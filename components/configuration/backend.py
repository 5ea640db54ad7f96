"""The tracing backend: where spans go, and what opens it."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, InstanceOf, SecretStr

from components.backends.address import BackendAddress
from components.backends.presets import (
    DEFAULT_TRACES_PATH,
    LIGHTSTEP_HEADER,
    PRESETS,
    Backend,
    BackendPreset,
    OtlpProtocol,
)
from components.configuration.machinery.certificate_chains import belong_together, read_client_chain, read_private_key
from components.configuration.machinery.certificates import (
    PEM_FILE,
    REST_OF_LIFE,
    CertificateFile,
    check_authorities,
    default_root,
    default_root_pem,
    read_ca_file,
)
from components.configuration.machinery.constraints import Check, Constraint, Fault, Faults
from components.configuration.machinery.entries import each, of_entry
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import Steps, put, put_secret, remove
from components.configuration.machinery.types import (
    either,
    from_file,
    from_text,
    json_object,
    matching,
    one_of,
    project_path,
    true_or_false,
)
from components.configuration.tracing import TracingSettings, to_opentelemetry
from components.constants.choices import TracingMode
from components.model.spans import HeaderTag

#: Headers that HTTP and OTLP exporters write themselves.
TRANSPORT_HEADERS: Final = (
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
)


def _access_token(text: str) -> SecretStr:
    if not text:
        raise ValueError("it is empty")
    if text != text.strip():
        raise ValueError("it begins or ends with white space or a line break")
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("it contains characters that a request header can't carry")
    return SecretStr(text)


def _header(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.-]+", text):
        raise ValueError
    if text.startswith("grpc-") or text.endswith("-bin"):
        raise ValueError("gRPC keeps names that begin with grpc- or end with -bin to itself")
    if text in TRANSPORT_HEADERS:
        raise ValueError("every request has a header of that name already")
    return text


def _headers(text: str) -> dict[str, SecretStr]:
    """Read header -> value. A name may be a value in the wrong place, so entries are named by their positions."""
    items = json_object(text).items()
    read = each(items, lambda item: (_header(item[0]), _header_value(item[1])), "the name is no lower-case header name")
    return dict(read)


def _header_value(value: object) -> SecretStr:
    if not isinstance(value, str):
        raise ValueError("the value is no text")
    if not value:
        raise ValueError("the value is empty")
    if value != value.strip():
        raise ValueError("the value begins or ends with white space or a line break")
    if not re.fullmatch(r"[ -~]+", value):
        raise ValueError("the value contains characters that a request header can't carry")
    return SecretStr(value)


Address: TypeAlias = Annotated[InstanceOf[BackendAddress], from_text(BackendAddress.parse)]
AccessToken: TypeAlias = Annotated[SecretStr, from_text(_access_token)]
HeaderName: TypeAlias = Annotated[str, AfterValidator(_header)]
Headers: TypeAlias = Annotated[dict[str, SecretStr], from_text(_headers)]
TracesPath: TypeAlias = Annotated[
    str,
    matching(r"/[A-Za-z0-9._~%:@!&+,;=/-]*", "a path that begins with /, of letters, digits and ._~%:@!&+,;=/-"),
]
CaFile: TypeAlias = Annotated[
    InstanceOf[CertificateFile],
    from_file(lambda text, around: CertificateFile(text, read_ca_file(project_path(text, around.root), around.now))),
]
ClientCertificateFile: TypeAlias = Annotated[
    InstanceOf[CertificateFile],
    from_file(
        lambda text, around: CertificateFile(text, read_client_chain(project_path(text, around.root), around.now))
    ),
]
PrivateKey: TypeAlias = Annotated[SecretStr, from_text(lambda text: SecretStr(read_private_key(text)))]


#: Values that would be accepted where each team has its own; the last two are files.
EXAMPLE_ADDRESS: Final = "backend.example.com:443"
EXAMPLE_HEADER: Final = "api-key"
EXAMPLE_CERTIFICATE: Final = "backend-client.pem"
EXAMPLE_KEY: Final = "backend-client-key.pem"


def _address_of_preset(data: dict[str, Any]) -> BackendAddress | None:
    return PRESETS[data["backend"]].address


def _header_of_preset(data: dict[str, Any]) -> str | None:
    return PRESETS[data["backend"]].token_header


class BackendSettings(TracingSettings):
    """Where spans go, and what opens it."""

    subject = "Backend"

    backend: Annotated[BackendPreset, one_of(BackendPreset)] = key(
        "Kind of tracing backend: "
        + "; ".join(f"{name} is {preset.title}" for name, preset in PRESETS.items())
        + ". ServiceNow has announced the end of Lightstep's service, and an OTLP endpoint can take its place.",
        BackendPreset.LIGHTSTEP_US,
        default=BackendPreset.LIGHTSTEP_US,
    )
    backend_address: Address | None = key(
        "Address of the tracing backend. Microsatellites take gRPC on port 9292 with TLS and on 8184 without.",
        EXAMPLE_ADDRESS,
        allowed="<host>:<port> without a scheme, an IPv6 address in brackets; required with backend "
        + either([name for name, preset in PRESETS.items() if preset.address is None])
        + ", and the preset's own with any other",
        default_text=", ".join(f"`{preset.address}` with {name}" for name, preset in PRESETS.items() if preset.address)
        + "; none with any other backend",
        default_factory=_address_of_preset,
    )
    backend_protocol: Annotated[OtlpProtocol, one_of(OtlpProtocol, {OtlpProtocol.HTTP: "with backend otlp"})] = key(
        "How OTLP reaches the backend: over gRPC, or in HTTP requests.", "grpc", default=OtlpProtocol.GRPC
    )
    backend_path: TracesPath | None = key(
        "Path to which the Collector posts spans.",
        DEFAULT_TRACES_PATH,
        allowed="{type}; only with backendProtocol http",
        default_text=f"`{DEFAULT_TRACES_PATH}` with backendProtocol http",
        default=None,
    )
    backend_tls: Annotated[bool, true_or_false("with a backend that needs a backendAddress")] = key(
        "Whether spans travel to the backend over TLS.", "true", default=True
    )
    backend_ca_file: CaFile | None = key(
        "CA certificates by which the backend is recognized.",
        "backend-ca.pem",
        allowed=f"{PEM_FILE} CA certificates valid for {REST_OF_LIFE}; not together with backendTls false",
        default_text="ISRG Root X1",
        default=None,
    )
    backend_client_certificate_file: ClientCertificateFile | None = key(
        "Client certificate that the Collector shows to the backend.",
        EXAMPLE_CERTIFICATE,
        allowed=f"{PEM_FILE} certificates valid for {REST_OF_LIFE}, the "
        "client's own first and each issued by the next; together with backendClientKey; not with backendTls false "
        "and only where tracingMode is opentelemetry",
        default_text="none",
        default=None,
    )
    backend_client_key: PrivateKey | None = key(
        "Private key of the client certificate.",
        EXAMPLE_KEY,
        allowed="an RSA, ECDSA or Ed25519 key in PEM, unencrypted and stored with --secret, that belongs to "
        "backendClientCertificateFile; only together with it",
        default_text="none",
        secret=True,
        default=None,
    )
    backend_headers: Headers = key(
        "Further request headers with which the Collector sends spans, for example a tenant or an authorization.",
        "",
        allowed="an object of lower-case header name to printable ASCII text, stored with --secret; not the header "
        "in accessTokenHeader; only where tracingMode is opentelemetry",
        secret=True,
        default_factory=dict[str, SecretStr],
    )
    access_token: AccessToken | None = key(
        "Access token of the tracing backend.",
        "",
        allowed="a token stored with --secret: printable ASCII without white space; required with every backend "
        "but otlp, and with accessTokenHeader",
        default_text="none",
        secret=True,
        default=None,
    )
    access_token_header: HeaderName | None = key(
        "Request header that carries the access token to an OTLP endpoint.",
        EXAMPLE_HEADER,
        allowed=f"a lower-case header name with backend otlp; {LIGHTSTEP_HEADER} with any other",
        default_text=f"`{LIGHTSTEP_HEADER}`; none with backend otlp",
        default_factory=_header_of_preset,
    )

    @property
    def backend_target(self) -> Backend:
        """The tracing backend, without its secrets.

        Raises:
            ValueError: if a backend without an address of its own was given none, which `parse` refuses.
        """
        if self.backend_address is None:
            raise ValueError(f"backend {self.backend} needs a backendAddress")
        client = self.backend_client_certificate_file
        return Backend(
            address=self.backend_address,
            tls=self.backend_tls,
            token_header=self.access_token_header,
            protocol=self.backend_protocol,
            path=self.backend_path or DEFAULT_TRACES_PATH,
            header_names=tuple(self.backend_headers),
            client_certificate=client.pem if client else None,
        )

    @property
    def ca_certificate(self) -> str | None:
        """The CA certificates by which the backend is recognized, as PEM text; `None` without TLS."""
        if not self.backend_tls:
            return None
        return self.backend_ca_file.pem if self.backend_ca_file else default_root_pem()


_NO_CLIENT: Final = (*remove("backend_client_certificate_file"), *remove("backend_client_key"))

#: Field that only the Collector can use -> the commands that do without it.
_OF_THE_COLLECTOR: Final[Mapping[str, Steps]] = {
    "backend_client_certificate_file": _NO_CLIENT,
    "backend_headers": remove("backend_headers"),
}


def _address_is_there(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.backend_address is None:
        reason = f"backend is {settings.backend}, and nothing else says where it is"
        yield Fault("backend_address", reason, fixes=(put("backend_address", EXAMPLE_ADDRESS),))


def _address_is_the_presets(settings: BackendSettings, _: ReadingContext) -> Faults:
    fixed = PRESETS[settings.backend].address
    if fixed and settings.backend_address != fixed:
        same = [name for name, preset in PRESETS.items() if preset.address == settings.backend_address]
        others = same or [BackendPreset.LIGHTSTEP_SATELLITES, BackendPreset.OTLP]
        yield Fault(
            "backend_address",
            f"backend is {settings.backend}, which is always at {fixed}",
            fixes=(*(put("backend", name) for name in others), remove("backend_address")),
        )


def _fixed_address_has_tls(settings: BackendSettings, _: ReadingContext) -> Faults:
    fixed = PRESETS[settings.backend].address
    if settings.backend_address == fixed and not settings.backend_tls:
        yield Fault(
            "backend_tls",
            f"backend is {settings.backend}, which takes spans over TLS only",
            fixes=(remove("backend_tls"),),
        )


def _mode_reaches_the_backend(settings: BackendSettings, _: ReadingContext) -> Faults:
    mode = settings.tracing_mode
    if mode is not TracingMode.OPENTELEMETRY and not PRESETS[settings.backend].speaks_lightstep:
        yield Fault(
            "backend",
            f"tracingMode {mode} sends to Lightstep's satellites only",
            fixes=(to_opentelemetry(settings), put("backend", BackendPreset.LIGHTSTEP_SATELLITES)),
        )


def _http_is_for_otlp(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.backend_protocol is OtlpProtocol.HTTP and not PRESETS[settings.backend].takes_http:
        yield Fault(
            "backend_protocol",
            f"backend is {settings.backend}, which is reached over gRPC",
            fixes=(remove("backend_protocol"), put("backend", BackendPreset.OTLP)),
        )


def _path_has_a_use(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.backend_path and settings.backend_protocol is not OtlpProtocol.HTTP:
        use_http = (put("backend_protocol", OtlpProtocol.HTTP),) if PRESETS[settings.backend].takes_http else ()
        reason = f"backendProtocol is {settings.backend_protocol}, which has no paths"
        yield Fault("backend_path", reason, fixes=(remove("backend_path"), *use_http))


def _ca_file_has_a_use(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.backend_ca_file and not settings.backend_tls:
        yield Fault(
            "backend_ca_file",
            "backendTls is false, so nothing would be verified",
            fixes=(remove("backend_ca_file"), put("backend_tls", "true")),
        )


def _default_root_is_valid(settings: BackendSettings, around: ReadingContext) -> Faults:
    if settings.backend_tls and settings.backend_ca_file is None:
        try:
            check_authorities([default_root()], around.now)
        except ValueError as error:
            yield Fault("backend_ca_file", f"it is not set, and its default can't be used: {error}")


def _only_with_the_collector(field: str) -> Check[BackendSettings]:
    do_without = _OF_THE_COLLECTOR[field]

    def check(settings: BackendSettings, _: ReadingContext) -> Faults:
        mode = settings.tracing_mode
        if getattr(settings, field) and mode is not TracingMode.OPENTELEMETRY:
            reason = f"tracingMode {mode} has no Collector, which alone could use it"
            yield Fault(field, reason, fixes=(do_without, to_opentelemetry(settings)))

    return check


def _client_certificate_has_tls(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.backend_client_certificate_file and not settings.backend_tls:
        yield Fault(
            "backend_client_certificate_file",
            "backendTls is false, so it would never be shown",
            fixes=(_NO_CLIENT, put("backend_tls", "true")),
        )


def _client_key_fits(settings: BackendSettings, _: ReadingContext) -> Faults:
    certificate, key = settings.backend_client_certificate_file, settings.backend_client_key
    set_key = put_secret("backend_client_key", EXAMPLE_KEY)
    if certificate and key is None:
        reason = "backendClientCertificateFile is of no use without its key"
        yield Fault("backend_client_key", reason, fixes=(set_key, remove("backend_client_certificate_file")))
    elif key and certificate is None:
        reason = "backendClientCertificateFile is not set, so there is nothing to which it belongs"
        set_certificate = put("backend_client_certificate_file", EXAMPLE_CERTIFICATE)
        yield Fault("backend_client_key", reason, fixes=(remove("backend_client_key"), set_certificate))
    elif certificate and key and not belong_together(key.get_secret_value(), certificate.pem):
        reason = "it does not belong to the first certificate in backendClientCertificateFile"
        yield Fault("backend_client_key", reason, fixes=(set_key,))


def _token_header_is_free(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.access_token_header in settings.backend_headers:
        from_headers = (*remove("access_token"), *remove("access_token_header"))
        fixed = PRESETS[settings.backend].token_header
        yield Fault(
            "backend_headers",
            "one of them is the header in which accessToken is sent",
            fixes=(put_secret("backend_headers"), remove("backend_headers") if fixed else from_headers),
        )


def _token_header_is_lightsteps(settings: BackendSettings, _: ReadingContext) -> Faults:
    fixed = PRESETS[settings.backend].token_header
    if fixed and settings.access_token_header != fixed:
        yield Fault(
            "access_token_header",
            f"backend is {settings.backend}, which takes the token in {fixed} only",
            fixes=(remove("access_token_header"), put("backend", BackendPreset.OTLP)),
        )


def _token_is_there(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.access_token is not None or not settings.access_token_header:
        return
    if PRESETS[settings.backend].token_header:
        yield Fault("access_token", "the backend needs a token")
    else:
        reason = "accessTokenHeader is set, and there is no token to send in it"
        yield Fault("access_token", reason, fixes=(put_secret("access_token"), remove("access_token_header")))


def _token_has_a_use(settings: BackendSettings, _: ReadingContext) -> Faults:
    if settings.access_token and not settings.access_token_header:
        yield Fault(
            "access_token",
            "accessTokenHeader is not set, so the token would never be sent",
            fixes=(remove("access_token"), put("access_token_header", EXAMPLE_HEADER)),
        )


def _tags_copy_no_token(settings: BackendSettings, _: ReadingContext) -> Faults:
    for position, tag in enumerate(settings.custom_tags.values(), start=1):
        if isinstance(tag, HeaderTag) and tag.name == settings.access_token_header:
            reason = "that header carries the backend's access token, and whoever reads spans would read it"
            yield Fault("custom_tags", of_entry(position, reason))


BACKEND_CONSTRAINTS: Final[Sequence[Constraint[BackendSettings]]] = (
    Constraint(("backend", "backend_address"), _address_is_there),
    Constraint(("backend", "backend_address"), _address_is_the_presets),
    Constraint(("backend", "backend_address", "backend_tls"), _fixed_address_has_tls),
    Constraint(("istio_version", "tracing_mode", "backend"), _mode_reaches_the_backend),
    Constraint(("backend", "backend_protocol"), _http_is_for_otlp),
    Constraint(("backend", "backend_protocol", "backend_path"), _path_has_a_use),
    Constraint(("backend_tls", "backend_ca_file"), _ca_file_has_a_use),
    Constraint(("backend_tls", "backend_ca_file"), _default_root_is_valid),
    *(
        Constraint(("istio_version", "tracing_mode", field), _only_with_the_collector(field))
        for field in _OF_THE_COLLECTOR
    ),
    Constraint(("backend_tls", "backend_client_certificate_file"), _client_certificate_has_tls),
    Constraint(("backend_client_certificate_file", "backend_client_key"), _client_key_fits),
    Constraint(("backend", "access_token_header", "backend_headers"), _token_header_is_free),
    Constraint(("backend", "access_token_header"), _token_header_is_lightsteps),
    Constraint(("backend", "access_token", "access_token_header"), _token_is_there),
    Constraint(("access_token", "access_token_header"), _token_has_a_use),
    Constraint(("custom_tags", "access_token_header"), _tags_copy_no_token),
)
