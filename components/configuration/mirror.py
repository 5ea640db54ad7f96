"""A second backend, which gets every span as well: while a team moves from one to the other."""

from collections.abc import Sequence
from dataclasses import fields
from functools import partial, wraps
from typing import Annotated, Any, Final

from pydantic import SecretStr

from components.backends.backend import DEFAULT_TRACES_PATH, Backend, OtlpProtocol
from components.backends.presets import BackendPreset
from components.configuration.backend import (
    EXAMPLE_ADDRESS,
    EXAMPLE_CERTIFICATE,
    EXAMPLE_HEADER,
    EXAMPLE_KEY,
    BackendSettings,
)
from components.configuration.backend_constraints import constraints_of
from components.configuration.backend_keys import (
    MAIN,
    BackendKeys,
    GivenBackend,
    default_address,
    default_header,
    default_protocol,
    default_tls,
)
from components.configuration.backend_values import (
    AccessToken,
    Address,
    CaFile,
    ClientCertificateFile,
    HeaderName,
    Headers,
    PrivateKey,
    TracesPath,
)
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import one_of, true_or_false
from components.configuration.tracing import to_opentelemetry
from components.constants.choices import TracingMode
from components.constants.names import MIRROR

#: The second backend's keys.
_KEYS: Final = BackendKeys.of(MIRROR, credential=f"{MIRROR}_")


def _like(of_the_backend: str) -> dict[str, Any]:
    """Return what is told of a key that is like one of the first backend's."""
    return {"allowed": f"what {of_the_backend} may be; only together with mirror", "default_text": "as there"}


class MirrorSettings(BackendSettings):
    """A second backend."""

    subject = "Second backend"

    mirror: Annotated[BackendPreset, one_of(BackendPreset)] | None = key(
        "A second tracing backend, which gets every span as well, from a queue of its own: while a team moves from one "
        "to the other (docs/moving-from-lightstep.md). Its kind, as that of backend; the keys that begin with mirror "
        "say of it what the others say of the first.",
        BackendPreset.HONEYCOMB,
        allowed="{type}; another than the first, or another credential; only where tracingMode is opentelemetry",
        default_text="none",
        default=None,
    )
    mirror_region: str | None = key("As backendRegion.", "us", **_like("backendRegion"), default=None)
    mirror_address: Address | None = key(
        "As backendAddress.",
        EXAMPLE_ADDRESS,
        **_like("backendAddress"),
        default_factory=partial(default_address, _KEYS),
    )
    mirror_protocol: Annotated[OtlpProtocol, one_of(OtlpProtocol)] = key(
        "As backendProtocol.", "grpc", **_like("backendProtocol"), default_factory=partial(default_protocol, _KEYS)
    )
    mirror_path: TracesPath | None = key("As backendPath.", DEFAULT_TRACES_PATH, **_like("backendPath"), default=None)
    mirror_tls: Annotated[bool, true_or_false("with a backend that has no address of its own")] = key(
        "As backendTls.", "true", **_like("backendTls"), default_factory=partial(default_tls, _KEYS)
    )
    mirror_ca_file: CaFile | None = key("As backendCaFile.", "backend-ca.pem", **_like("backendCaFile"), default=None)
    mirror_client_certificate_file: ClientCertificateFile | None = key(
        "As backendClientCertificateFile.", EXAMPLE_CERTIFICATE, **_like("backendClientCertificateFile"), default=None
    )
    mirror_client_key: PrivateKey | None = key(
        "As backendClientKey.", EXAMPLE_KEY, **_like("backendClientKey"), secret=True, default=None
    )
    mirror_headers: Headers = key(
        "As backendHeaders.", "", **_like("backendHeaders"), secret=True, default_factory=dict[str, SecretStr]
    )
    mirror_access_token: AccessToken | None = key(
        "As accessToken.", "", **_like("accessToken"), secret=True, default=None
    )
    mirror_access_token_header: HeaderName | None = key(
        "As accessTokenHeader.",
        EXAMPLE_HEADER,
        **_like("accessTokenHeader"),
        default_factory=partial(default_header, _KEYS),
    )

    @property
    def mirror_target(self) -> Backend | None:
        """The second backend, without its secrets; `None` without one.

        Raises:
            ValueError: if a backend without an address of its own was given none, which `parse` refuses.
        """
        return GivenBackend(self, _KEYS).target() if self.mirror is not None else None


def _is_of_a_mirror(field: str) -> Constraint[MirrorSettings]:
    def check(settings: MirrorSettings, _: ReadingContext) -> Faults:
        if settings.mirror is None and field in settings.model_fields_set:
            reason = "mirror is not set, so there is no second backend"
            yield Fault(field, reason, fixes=(remove(field), put(_KEYS.backend, BackendPreset.HONEYCOMB)))

    return Constraint((_KEYS.backend, field), check)


def _mirror_has_a_collector(settings: MirrorSettings, _: ReadingContext) -> Faults:
    if settings.mirror is not None and settings.tracing_mode is not TracingMode.OPENTELEMETRY:
        yield Fault(
            _KEYS.backend,
            f"tracingMode {settings.tracing_mode} has no Collector, and sidecars send to one backend only",
            fixes=(remove(_KEYS.backend), to_opentelemetry(settings)),
        )


def _mirror_is_another(settings: MirrorSettings, _: ReadingContext) -> Faults:
    first, second = GivenBackend(settings, MAIN), GivenBackend(settings, _KEYS)
    if settings.mirror is not None and _identity(first) == _identity(second):
        yield Fault(
            _KEYS.backend,
            f"it is the backend that gets the spans already: {first.address}, with the same credentials",
            fixes=(remove(_KEYS.backend),),
        )


def _identity(given: GivenBackend) -> tuple[object, ...]:
    """Return what tells a backend from another: where it is, and who it is told that it serves."""
    return given.address, given.access_token, given.headers, given.client_key


def _where_there_is_one(constraint: Constraint[BackendSettings]) -> Constraint[MirrorSettings]:
    @wraps(constraint.check)
    def check(settings: MirrorSettings, around: ReadingContext) -> Faults:
        if settings.mirror is not None:
            yield from constraint.check(settings, around)

    return Constraint(constraint.fields, check)


#: The parts that make a backend another one.
_TELLING: Final = ("backend", "address", "access_token", "headers", "client_key")

MIRROR_CONSTRAINTS: Final[Sequence[Constraint[MirrorSettings]]] = (
    Constraint(("istio_version", "tracing_mode", _KEYS.backend), _mirror_has_a_collector),
    *(_is_of_a_mirror(getattr(_KEYS, each.name)) for each in fields(BackendKeys) if each.name != "backend"),
    Constraint(tuple(getattr(keys, part) for keys in (MAIN, _KEYS) for part in _TELLING), _mirror_is_another),
    *map(_where_there_is_one, constraints_of(_KEYS)),
)
