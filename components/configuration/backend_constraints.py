"""What must hold between the keys of a tracing backend: one table, read for every backend of an environment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from typing import Final, TypeAlias

from components.backends.backend import AuthScheme, OtlpProtocol
from components.backends.preset import ByRegion, OwnAddress, Preset
from components.backends.presets import PRESETS, BackendPreset
from components.configuration.backend import (
    EXAMPLE_CERTIFICATE,
    EXAMPLE_HEADER,
    EXAMPLE_KEY,
    BackendSettings,
)
from components.configuration.backend_keys import MAIN, BackendKeys, GivenBackend, address_of_preset
from components.configuration.machinery.certificate_chains import belong_together
from components.configuration.machinery.certificates import check_authorities, default_root
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.entries import of_entry
from components.configuration.machinery.key import ReadingContext
from components.configuration.machinery.problems import Steps, put, put_secret, remove
from components.configuration.tracing import to_opentelemetry
from components.constants.choices import ClusterKind, EnvironmentKind, TracingMode
from components.model.spans import HeaderTag


@dataclass(frozen=True)
class _Judged:
    """One backend of a configuration, as its constraints look at it.

    Arguments:
        settings: the configuration.
        keys: the names of the backend's fields.
        around: what judging needs to know besides.
    """

    settings: BackendSettings
    keys: BackendKeys
    around: ReadingContext

    @property
    def given(self) -> GivenBackend:
        """What the configuration gives for the backend."""
        return GivenBackend(self.settings, self.keys)

    @property
    def preset(self) -> Preset:
        """What is known of the kind of backend."""
        return self.given.preset

    @property
    def named(self) -> str:
        """The backend, as a reason names it."""
        return f"{self.keys.key('backend')} is {self.given.backend}"

    @property
    def decided(self) -> bool:
        """Whether it is known where spans are to go: somebody has said so, or the default may hold."""
        return self.settings.environment is EnvironmentKind.DEV or self.is_set("backend")

    @property
    def named_or_not(self) -> str:
        """The backend, and whether somebody has named it."""
        if self.is_set("backend"):
            return self.named
        return f"{self.keys.key('backend')} is not set, so it is {self.given.backend}"

    def is_set(self, part: str) -> bool:
        """Tell whether the configuration says something of a part of the backend."""
        return getattr(self.keys, part) in self.settings.model_fields_set

    @property
    def no_client(self) -> Steps:
        """The commands that do without a client certificate."""
        return (*remove(self.keys.client_certificate_file), *remove(self.keys.client_key))


_Check: TypeAlias = Callable[[_Judged], Faults]

#: Parts of a backend, besides which one it is, and other fields that a check reads -> the check.
_Checks: TypeAlias = Sequence[tuple[tuple[str, ...], tuple[str, ...], _Check]]


def _beyond_dev_it_is_named(it: _Judged) -> Faults:
    if not it.decided:
        reason = f"environment is {it.settings.environment}, where nothing is chosen for you: its traces are to be kept"
        names = (BackendPreset.OTLP, BackendPreset.IN_CLUSTER)
        yield Fault(it.keys.backend, reason, fixes=tuple(put(it.keys.backend, name) for name in names))


#: What a reason says of a backend that takes the Collector's identity.
_IDENTITY_ALONE: Final = "which takes no key but the identity that GKE gives Pods"


def _google_knows_the_cluster(it: _Judged) -> Faults:
    kind = it.settings.cluster_kind
    if it.preset.google_identity and kind is not ClusterKind.GKE:
        reason = (
            f"{it.named}, {_IDENTITY_ALONE}, and clusterKind is {kind}: nobody knows whether such a cluster has "
            "Workload Identity"
        )
        fixes = (put("cluster_kind", ClusterKind.GKE), put(it.keys.backend, BackendPreset.OTLP))
        yield Fault(it.keys.backend, reason, fixes=fixes)


#: Parts of a backend by which it knows who sends.
_CREDENTIALS: Final = ("client_certificate_file", "client_key", "headers", "access_token", "access_token_header")


def _identity_is_enough(part: str) -> _Check:
    """Return the check that no credential is set for a backend that takes the Collector's identity in GKE."""

    def identity_is_enough(it: _Judged) -> Faults:
        if it.preset.google_identity and it.is_set(part):
            field = getattr(it.keys, part)
            yield Fault(field, f"{it.named}, {_IDENTITY_ALONE}", fixes=(remove(field),))

    return identity_is_enough


def _has_a_use_outside(part: str) -> _Check:
    """Return the check that a key is not set for a backend in the cluster, which the program reaches by itself."""

    def has_a_use_outside(it: _Judged) -> Faults:
        if it.preset.in_cluster and it.decided and it.is_set(part):
            field, to_otlp = getattr(it.keys, part), put(it.keys.backend, BackendPreset.OTLP)
            if part == "access_token":
                header = put(it.keys.access_token_header, EXAMPLE_HEADER)
                others = [(*to_otlp, *header), put(it.keys.backend, BackendPreset.LIGHTSTEP_US)]
            else:
                others = [to_otlp]
            reason = f"{it.named_or_not}, which the program runs and reaches by itself"
            yield Fault(field, reason, fixes=(remove(field), *others))

    return has_a_use_outside


def _where(holds: Callable[[Preset], bool], checks: _Checks) -> _Checks:
    """Return checks that say nothing of other kinds of backend than those for which something holds."""

    def only_there(check: _Check) -> _Check:
        @wraps(check)
        def judge(it: _Judged) -> Faults:
            if holds(it.preset):
                yield from check(it)

        return judge

    return [(parts, others, only_there(check)) for parts, others, check in checks]


def _region_fits(it: _Judged) -> Faults:
    address, region, field = it.preset.address, it.given.region, it.keys.region
    if not isinstance(address, ByRegion):
        if region is not None:
            yield Fault(field, f"{it.named}, which asks for none", fixes=(remove(field),))
        return
    if region is None:
        reason = f"{it.named}, which asks for its {address.called}"
    elif not address.allows(region):
        reason = f"{it.named}, which has no such {address.called}"
    else:
        return
    yield Fault(field, reason, fixes=(put(field, address.example),), allowed=address.words)


def _address_is_there(it: _Judged) -> Faults:
    if it.given.address is None and isinstance(it.preset.address, OwnAddress):
        reason = f"{it.named}, and nothing else says where it is"
        yield Fault(it.keys.address, reason, fixes=(put(it.keys.address, it.preset.address.example),))


def _address_is_the_presets(it: _Judged) -> Faults:
    given, region = it.given.address, it.given.region
    fixed = address_of_preset(it.given.backend, region)
    if given is None or fixed in {None, given}:
        return
    same = [name for name in PRESETS if address_of_preset(name, region) == given]
    elsewhere = [BackendPreset.LIGHTSTEP_SATELLITES] if it.preset.speaks_lightstep else []
    others = same or [*elsewhere, BackendPreset.OTLP]
    yield Fault(
        it.keys.address,
        f"{it.named}, which is always at {fixed}",
        fixes=(*(put(it.keys.backend, name) for name in others), remove(it.keys.address)),
    )


def _address_is_in_the_presets_domain(it: _Judged) -> Faults:
    address, given = it.preset.address, it.given.address
    if isinstance(address, OwnAddress) and given and not given.host.endswith(address.domain):
        yield Fault(
            it.keys.address,
            f"{it.named}, whose addresses end with {address.domain}",
            fixes=(put(it.keys.address, address.example), put(it.keys.backend, BackendPreset.OTLP)),
        )


def _tls_is_used_where_it_must_be(it: _Judged) -> Faults:
    fixed = address_of_preset(it.given.backend, it.given.region)
    if not it.given.tls and it.preset.tls_only and fixed in {None, it.given.address}:
        yield Fault(it.keys.tls, f"{it.named}, which takes spans over TLS only", fixes=(remove(it.keys.tls),))


def _mode_reaches_the_backend(it: _Judged) -> Faults:
    mode = it.settings.tracing_mode
    if it.decided and mode is not TracingMode.OPENTELEMETRY and not it.preset.speaks_lightstep:
        yield Fault(
            it.keys.backend,
            f"{it.named_or_not}, and tracingMode {mode} sends to Lightstep's satellites only",
            fixes=(to_opentelemetry(it.settings), put(it.keys.backend, BackendPreset.LIGHTSTEP_SATELLITES)),
        )


def _protocol_is_the_presets(it: _Judged) -> Faults:
    if it.given.protocol not in it.preset.protocols:
        names = {OtlpProtocol.GRPC: "gRPC", OtlpProtocol.HTTP: "HTTP"}
        yield Fault(
            it.keys.protocol,
            f"{it.named}, which is reached over {names[it.preset.protocols[0]]}",
            fixes=(remove(it.keys.protocol), put(it.keys.backend, BackendPreset.OTLP)),
        )


def _path_has_a_use(it: _Judged) -> Faults:
    if it.given.path is None:
        return
    if it.given.protocol is not OtlpProtocol.HTTP:
        use_http = (put(it.keys.protocol, OtlpProtocol.HTTP),) if OtlpProtocol.HTTP in it.preset.protocols else ()
        reason = f"{it.keys.key('protocol')} is {it.given.protocol}, which has no paths"
        yield Fault(it.keys.path, reason, fixes=(remove(it.keys.path), *use_http))
    elif it.preset.path not in {None, it.given.path}:
        reason = f"{it.named}, which takes traces at {it.preset.path}"
        yield Fault(it.keys.path, reason, fixes=(remove(it.keys.path),))


def _ca_file_has_a_use(it: _Judged) -> Faults:
    if it.given.ca_file and not it.given.tls:
        yield Fault(
            it.keys.ca_file,
            f"{it.keys.key('tls')} is false, so nothing would be verified",
            fixes=(remove(it.keys.ca_file), put(it.keys.tls, "true")),
        )


def _default_root_is_valid(it: _Judged) -> Faults:
    if it.given.tls and it.given.ca_file is None and not it.preset.public_ca:
        try:
            check_authorities([default_root()], it.around.now)
        except ValueError as error:
            yield Fault(it.keys.ca_file, f"it is not set, and its default can't be used: {error}")


def _client_certificate_has_a_collector(it: _Judged) -> Faults:
    if it.given.client_certificate_file:
        yield from _only_with_the_collector(it, it.keys.client_certificate_file, it.no_client)


def _headers_have_a_collector(it: _Judged) -> Faults:
    if it.given.headers:
        yield from _only_with_the_collector(it, it.keys.headers, remove(it.keys.headers))


def _only_with_the_collector(it: _Judged, field: str, do_without: Steps) -> Faults:
    mode = it.settings.tracing_mode
    if mode is not TracingMode.OPENTELEMETRY:
        reason = f"tracingMode {mode} has no Collector, which alone could use it"
        yield Fault(field, reason, fixes=(do_without, to_opentelemetry(it.settings)))


def _client_certificate_has_tls(it: _Judged) -> Faults:
    if it.given.client_certificate_file and not it.given.tls:
        yield Fault(
            it.keys.client_certificate_file,
            f"{it.keys.key('tls')} is false, so it would never be shown",
            fixes=(it.no_client, put(it.keys.tls, "true")),
        )


def _client_key_fits(it: _Judged) -> Faults:
    certificate, key, keys = it.given.client_certificate_file, it.given.client_key, it.keys
    set_key, certificate_key = put_secret(keys.client_key, EXAMPLE_KEY), keys.key("client_certificate_file")
    if certificate and key is None:
        reason = f"{certificate_key} is of no use without its key"
        yield Fault(keys.client_key, reason, fixes=(set_key, remove(keys.client_certificate_file)))
    elif key and certificate is None:
        reason = f"{certificate_key} is not set, so there is nothing to which it belongs"
        set_certificate = put(keys.client_certificate_file, EXAMPLE_CERTIFICATE)
        yield Fault(keys.client_key, reason, fixes=(remove(keys.client_key), set_certificate))
    elif certificate and key and not belong_together(key.get_secret_value(), certificate.pem):
        reason = f"it does not belong to the first certificate in {certificate_key}"
        yield Fault(keys.client_key, reason, fixes=(set_key,))


def _headers_are_free(it: _Judged) -> Faults:
    field = it.keys.headers
    if it.given.access_token_header in it.given.headers:
        from_headers = (*remove(it.keys.access_token), *remove(it.keys.access_token_header))
        yield Fault(
            field,
            f"one of them is the header in which {it.keys.key('access_token')} is sent",
            fixes=(put_secret(field), remove(field) if it.preset.token_header else from_headers),
        )
    if taken := [name for name in it.preset.headers if name in it.given.headers]:
        reason = f"{it.named}, which gets {taken[0]} as {it.preset.headers[taken[0]]} in any case"
        yield Fault(field, reason, fixes=(put_secret(field), remove(field)))


def _token_header_is_the_presets(it: _Judged) -> Faults:
    fixed = it.preset.token_header
    if fixed and it.given.access_token_header != fixed:
        yield Fault(
            it.keys.access_token_header,
            f"{it.named}, which takes the token in {fixed} only",
            fixes=(remove(it.keys.access_token_header), put(it.keys.backend, BackendPreset.OTLP)),
        )


def _token_is_there(it: _Judged) -> Faults:
    field, header = it.keys.access_token, it.keys.access_token_header
    if it.given.access_token is not None or not it.given.access_token_header:
        return
    if it.preset.token_header:
        yield Fault(field, "the backend needs a token")
    else:
        reason = f"{it.keys.key('access_token_header')} is set, and there is no token to send in it"
        yield Fault(field, reason, fixes=(put_secret(field), remove(header)))


def _token_has_a_use(it: _Judged) -> Faults:
    if it.given.access_token and not it.given.access_token_header:
        yield Fault(
            it.keys.access_token,
            f"{it.keys.key('access_token_header')} is not set, so the token would never be sent",
            fixes=(remove(it.keys.access_token), put(it.keys.access_token_header, EXAMPLE_HEADER)),
        )


def _token_has_the_presets_form(it: _Judged) -> Faults:
    token = it.given.access_token
    if it.preset.token_scheme is AuthScheme.BASIC and token and ":" not in token.get_secret_value():
        reason = f"{it.named}, which asks for {it.preset.ready}, and there is no colon in it"
        yield Fault(it.keys.access_token, reason)


def _tags_copy_no_token(it: _Judged) -> Faults:
    for position, tag in enumerate(it.settings.custom_tags.values(), start=1):
        if isinstance(tag, HeaderTag) and tag.name == it.given.access_token_header:
            reason = "that header carries the backend's access token, and whoever reads spans would read it"
            yield Fault("custom_tags", of_entry(position, reason))


#: Those that are asked only of the first backend.
_OF_THE_FIRST: Final[_Checks] = (
    ((), ("environment",), _beyond_dev_it_is_named),
    ((), ("environment", "istio_version", "tracing_mode"), _mode_reaches_the_backend),
)

_OF_ANY: Final[_Checks] = (
    *(
        ((each.name,), ("environment",), _has_a_use_outside(each.name))
        for each in fields(BackendKeys)
        if each.name != "backend"
    ),
    ((), ("cluster_kind",), _google_knows_the_cluster),
    *(((part,), (), _identity_is_enough(part)) for part in _CREDENTIALS),
)

#: Those that are asked only of backends outside the cluster.
_OUTSIDE: Final[_Checks] = (
    (("region",), (), _region_fits),
    (("address",), (), _address_is_there),
    (("region", "address"), (), _address_is_the_presets),
    (("address",), (), _address_is_in_the_presets_domain),
    (("region", "address", "tls"), (), _tls_is_used_where_it_must_be),
    (("protocol",), (), _protocol_is_the_presets),
    (("protocol", "path"), (), _path_has_a_use),
    (("tls", "ca_file"), (), _ca_file_has_a_use),
    (("tls", "ca_file"), (), _default_root_is_valid),
)

#: Those that are asked only of backends that take credentials.
_OF_CREDENTIALS: Final[_Checks] = (
    (("client_certificate_file",), ("istio_version", "tracing_mode"), _client_certificate_has_a_collector),
    (("headers",), ("istio_version", "tracing_mode"), _headers_have_a_collector),
    (("tls", "client_certificate_file"), (), _client_certificate_has_tls),
    (("client_certificate_file", "client_key"), (), _client_key_fits),
    (("access_token_header", "headers"), (), _headers_are_free),
    (("access_token_header",), (), _token_header_is_the_presets),
    (("access_token", "access_token_header"), (), _token_is_there),
    (("access_token", "access_token_header"), (), _token_has_a_use),
    (("access_token",), (), _token_has_the_presets_form),
    (("access_token_header",), ("custom_tags",), _tags_copy_no_token),
)


def constraints_of(keys: BackendKeys) -> Sequence[Constraint[BackendSettings]]:
    """Return what must hold between the keys of one backend, which is set.

    Arguments:
        keys: the names of its fields.
    """

    def looking(check: _Check) -> Callable[[BackendSettings, ReadingContext], Faults]:
        @wraps(check)
        def judge(settings: BackendSettings, around: ReadingContext) -> Faults:
            return check(_Judged(settings, keys, around))

        return judge

    first = _OF_THE_FIRST if keys is MAIN else ()
    by_credentials = _where(lambda preset: not preset.google_identity, _OF_CREDENTIALS)
    outside = _where(lambda preset: not preset.in_cluster, (*_OUTSIDE, *by_credentials))
    table = (*first, *_OF_ANY, *outside)
    return [
        Constraint((*others, *dict.fromkeys(getattr(keys, part) for part in ("backend", *parts))), looking(check))
        for parts, others, check in table
    ]


BACKEND_CONSTRAINTS: Final[Sequence[Constraint[BackendSettings]]] = constraints_of(MAIN)
