"""The rules of the tracing backend: what each kind of backend takes, and what of it a tracing mode can do."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from components.backends.presets import PRESETS
from components.configuration.backend_keys import EXAMPLE_ADDRESS, EXAMPLE_CERTIFICATE, EXAMPLE_HEADER, EXAMPLE_KEY
from components.configuration.certificate_chains import belong_together
from components.configuration.certificates import check_authorities, default_root
from components.configuration.errors import Steps, put, put_secret, remove
from components.configuration.key import Surroundings
from components.configuration.parsing import Check, Finding, Findings, Rule
from components.configuration.tracing_rules import to_opentelemetry
from components.constants.choices import BackendPreset, OtlpProtocol, TracingMode

if TYPE_CHECKING:
    from components.configuration.settings import Settings  # which imports this module

_NO_CLIENT: Final = (*remove("backendClientCertificateFile"), *remove("backendClientKey"))

#: Field that only the Collector can use -> the commands that do without it.
_OF_THE_COLLECTOR: Final[Mapping[str, Steps]] = {
    "backend_client_certificate_file": _NO_CLIENT,
    "backend_headers": remove("backendHeaders"),
}


def _address_is_there(settings: "Settings", _: Surroundings) -> Findings:
    if settings.backend_address is None:
        reason = f"backend is {settings.backend}, and nothing else says where it is"
        yield Finding("backend_address", reason, mend=(put("backendAddress", EXAMPLE_ADDRESS),))


def _address_is_the_presets(settings: "Settings", _: Surroundings) -> Findings:
    fixed = PRESETS[settings.backend].address
    if fixed and settings.backend_address != fixed:
        same = [name for name, preset in PRESETS.items() if preset.address == settings.backend_address]
        others = same or [BackendPreset.LIGHTSTEP_SATELLITES, BackendPreset.OTLP]
        yield Finding(
            "backend_address",
            f"backend is {settings.backend}, which is always at {fixed}",
            mend=(*(put("backend", name) for name in others), remove("backendAddress")),
        )


def _fixed_address_has_tls(settings: "Settings", _: Surroundings) -> Findings:
    fixed = PRESETS[settings.backend].address
    if settings.backend_address == fixed and not settings.backend_tls:
        yield Finding(
            "backend_tls",
            f"backend is {settings.backend}, which takes spans over TLS only",
            mend=(remove("backendTls"),),
        )


def _mode_reaches_the_backend(settings: "Settings", _: Surroundings) -> Findings:
    mode = settings.tracing_mode
    if mode is not TracingMode.OPENTELEMETRY and not PRESETS[settings.backend].speaks_lightstep:
        yield Finding(
            "backend",
            f"tracingMode {mode} sends to Lightstep's satellites only",
            mend=(to_opentelemetry(settings), put("backend", BackendPreset.LIGHTSTEP_SATELLITES)),
        )


def _http_is_for_otlp(settings: "Settings", _: Surroundings) -> Findings:
    if settings.backend_protocol is OtlpProtocol.HTTP and settings.backend is not BackendPreset.OTLP:
        yield Finding(
            "backend_protocol",
            f"backend is {settings.backend}, which is reached over gRPC",
            mend=(remove("backendProtocol"), put("backend", BackendPreset.OTLP)),
        )


def _path_has_a_use(settings: "Settings", _: Surroundings) -> Findings:
    if settings.backend_path and settings.backend_protocol is not OtlpProtocol.HTTP:
        use_http = (put("backendProtocol", OtlpProtocol.HTTP),) if settings.backend is BackendPreset.OTLP else ()
        reason = f"backendProtocol is {settings.backend_protocol}, which has no paths"
        yield Finding("backend_path", reason, mend=(remove("backendPath"), *use_http))


def _ca_file_has_a_use(settings: "Settings", _: Surroundings) -> Findings:
    if settings.backend_ca_file and not settings.backend_tls:
        yield Finding(
            "backend_ca_file",
            "backendTls is false, so nothing would be verified",
            mend=(remove("backendCaFile"), put("backendTls", "true")),
        )


def _default_root_is_valid(settings: "Settings", around: Surroundings) -> Findings:
    if settings.backend_tls and settings.backend_ca_file is None:
        try:
            check_authorities([default_root()], around.now)
        except ValueError as error:
            yield Finding("backend_ca_file", f"it is not set, and its default can't be used: {error}")


def _only_with_the_collector(field: str) -> "Check[Settings]":
    do_without = _OF_THE_COLLECTOR[field]

    def check(settings: "Settings", _: Surroundings) -> Findings:
        mode = settings.tracing_mode
        if getattr(settings, field) and mode is not TracingMode.OPENTELEMETRY:
            reason = f"tracingMode {mode} has no Collector, which alone could use it"
            yield Finding(field, reason, mend=(do_without, to_opentelemetry(settings)))

    return check


def _client_certificate_has_tls(settings: "Settings", _: Surroundings) -> Findings:
    if settings.backend_client_certificate_file and not settings.backend_tls:
        yield Finding(
            "backend_client_certificate_file",
            "backendTls is false, so it would never be shown",
            mend=(_NO_CLIENT, put("backendTls", "true")),
        )


def _client_key_fits(settings: "Settings", _: Surroundings) -> Findings:
    certificate, key = settings.backend_client_certificate_file, settings.backend_client_key
    set_key = put_secret("backendClientKey", EXAMPLE_KEY)
    if certificate and key is None:
        reason = "backendClientCertificateFile is of no use without its key"
        yield Finding("backend_client_key", reason, mend=(set_key, remove("backendClientCertificateFile")))
    elif key and certificate is None:
        reason = "backendClientCertificateFile is not set, so there is nothing to which it belongs"
        set_certificate = put("backendClientCertificateFile", EXAMPLE_CERTIFICATE)
        yield Finding("backend_client_key", reason, mend=(remove("backendClientKey"), set_certificate))
    elif certificate and key and not belong_together(key.get_secret_value(), certificate.pem):
        reason = "it does not belong to the first certificate in backendClientCertificateFile"
        yield Finding("backend_client_key", reason, mend=(set_key,))


def _token_header_is_free(settings: "Settings", _: Surroundings) -> Findings:
    if settings.access_token_header in settings.backend_headers:
        from_headers = (*remove("accessToken"), *remove("accessTokenHeader"))
        fixed = PRESETS[settings.backend].token_header
        yield Finding(
            "backend_headers",
            "one of them is the header in which accessToken is sent",
            mend=(put_secret("backendHeaders"), remove("backendHeaders") if fixed else from_headers),
        )


def _token_header_is_lightsteps(settings: "Settings", _: Surroundings) -> Findings:
    fixed = PRESETS[settings.backend].token_header
    if fixed and settings.access_token_header != fixed:
        yield Finding(
            "access_token_header",
            f"backend is {settings.backend}, which takes the token in {fixed} only",
            mend=(remove("accessTokenHeader"), put("backend", BackendPreset.OTLP)),
        )


def _token_is_there(settings: "Settings", _: Surroundings) -> Findings:
    if settings.access_token is not None or not settings.access_token_header:
        return
    if PRESETS[settings.backend].token_header:
        yield Finding("access_token", "the backend needs a token")
    else:
        reason = "accessTokenHeader is set, and there is no token to send in it"
        yield Finding("access_token", reason, mend=(put_secret("accessToken"), remove("accessTokenHeader")))


def _token_has_a_use(settings: "Settings", _: Surroundings) -> Findings:
    if settings.access_token and not settings.access_token_header:
        yield Finding(
            "access_token",
            "accessTokenHeader is not set, so the token would never be sent",
            mend=(remove("accessToken"), put("accessTokenHeader", EXAMPLE_HEADER)),
        )


BACKEND_RULES: Final[Sequence[Rule["Settings"]]] = (
    Rule(("backend", "backend_address"), _address_is_there),
    Rule(("backend", "backend_address"), _address_is_the_presets),
    Rule(("backend", "backend_address", "backend_tls"), _fixed_address_has_tls),
    Rule(("istio_version", "tracing_mode", "backend"), _mode_reaches_the_backend),
    Rule(("backend", "backend_protocol"), _http_is_for_otlp),
    Rule(("backend", "backend_protocol", "backend_path"), _path_has_a_use),
    Rule(("backend_tls", "backend_ca_file"), _ca_file_has_a_use),
    Rule(("backend_tls", "backend_ca_file"), _default_root_is_valid),
    *(Rule(("istio_version", "tracing_mode", field), _only_with_the_collector(field)) for field in _OF_THE_COLLECTOR),
    Rule(("backend_tls", "backend_client_certificate_file"), _client_certificate_has_tls),
    Rule(("backend_client_certificate_file", "backend_client_key"), _client_key_fits),
    Rule(("backend", "access_token_header", "backend_headers"), _token_header_is_free),
    Rule(("backend", "access_token_header"), _token_header_is_lightsteps),
    Rule(("backend", "access_token", "access_token_header"), _token_is_there),
    Rule(("access_token", "access_token_header"), _token_has_a_use),
)
