"""Tracing: how spans leave the mesh, how many, and what they carry; and the Collector."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, InstanceOf

from components.configuration.istio import IstioSettings
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.entries import Entry, by_name, each, entry
from components.configuration.machinery.key import ReadingContext, SettingsPart, key
from components.configuration.machinery.problems import Steps, put, remove
from components.configuration.machinery.types import (
    Allowed,
    Switch,
    between,
    characters,
    dns_label,
    from_text,
    json_list,
    json_object,
    matching,
    one_of,
    plain_object,
    read_json,
    whole,
)
from components.constants.choices import TracingMode
from components.model.spans import (
    DECISION_WAIT,
    CustomTag,
    EnvironmentTag,
    HeaderTag,
    Kept,
    LiteralTag,
    SamplingOverride,
    TailSampling,
)
from components.versions.istio import DEFAULT, NEWEST_NATIVE, TABLE, first_with, first_without, row_for, why_not
from components.versions.support import minor

#: A tail sampling that is allowed.
EXAMPLE_TAIL_SAMPLING: Final = '{"slowerThan":1000,"share":10}'

#: What a percentage may be.
_PERCENTAGE: Final = "from 0 to 100 with at most two decimals"


def _percentage(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) or Decimal(text) > 100:
        raise ValueError
    return Decimal(text)


def _image(text: str) -> str:
    match = re.fullmatch(
        r"(?P<name>[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*?)(:(?P<tag>[\w][\w.-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?",
        text,
        re.ASCII,
    )
    if not match:
        raise ValueError("it is not an image reference")
    if not match["digest"] and match["tag"] in {None, "latest"}:
        raise ValueError("it names no fixed version, so that two Pods could run different ones")
    return text


_NAMESPACE: Final = Allowed("a namespace's name", check=dns_label(63).check)
_Share: TypeAlias = Annotated[
    Decimal, Field(ge=0, le=100, strict=False), from_text(_percentage, f"a number {_PERCENTAGE}")
]


class _Override(Entry):
    namespace: Annotated[str, _NAMESPACE]
    percentage: _Share
    workload: Annotated[
        str | None, matching(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", "a value that the label app can have")
    ] = None


def _overrides(text: str) -> tuple[SamplingOverride, ...]:
    seen: set[tuple[str, str | None]] = set()

    def read(value: object) -> SamplingOverride:
        override = SamplingOverride(**entry(_Override, value).model_dump())
        requests = (override.namespace, override.workload)
        if requests in seen:
            raise ValueError("an entry before it is for the same namespace and workload")
        seen.add(requests)
        return override

    return tuple(each(json_list(text, parse_float=Decimal), read))


class _Kept(Entry):
    slower_than: Annotated[int, between(1, 1000 * DECISION_WAIT)]
    share: _Share


def _kept_by_namespace(given: dict[str, Any]) -> dict[str, Kept]:
    return by_name(given, _NAMESPACE, lambda value: Kept(**entry(_Kept, value).model_dump()))


class _TailSampling(_Kept):
    namespaces: Annotated[
        dict[str, Any], Allowed("an object of a namespace's name to an object"), AfterValidator(_kept_by_namespace)
    ] = Field(default_factory=dict[str, Any])


def _tail_sampling(text: str) -> TailSampling:
    given = entry(_TailSampling, read_json(text, parse_float=Decimal))
    return TailSampling(Kept(given.slower_than, given.share), given.namespaces)


def _printable(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError
    return text


Printable: TypeAlias = Annotated[str, Allowed("printable text", check=_printable)]


#: Words in the names of headers that carry credentials: authorization (RFC 9110), cookie (RFC 6265), and those of
#: gateways and clouds, as in x-api-key, x-amz-security-token, x-goog-iap-jwt-assertion and x-vault-token.
_CREDENTIALS: Final = re.compile(
    r"(?:^|[-_.])(?:authorization|auth|cookie|token|secret|passw(?:or)?d|credentials?|jwt|api[-_.]?key)(?:$|[-_.0-9])"
)


def _without_credentials(header: str) -> str:
    if _CREDENTIALS.search(header):
        raise ValueError("that header carries credentials, and whoever reads spans would read them")
    return header


class _Literal(Entry):
    literal: Printable


class _WithDefault(Entry):
    default: Printable | None = None


class _Header(_WithDefault):
    header: Annotated[
        str, AfterValidator(_without_credentials), matching(r":?[a-z0-9_.-]+", "a lower-case header name")
    ]


class _Environment(_WithDefault):
    environment: Annotated[str, matching(r"[A-Za-z_.-][A-Za-z0-9_.-]*", "the name of an environment variable")]


_TAG_NAME: Final = characters(1, 128, "[!-~]", "printable ASCII characters without white space")


def _tag(value: object) -> CustomTag:
    sources = {"literal", "header", "environment"}.intersection(plain_object(value))
    match sorted(sources):
        case ["literal"]:
            return LiteralTag(entry(_Literal, value).literal)
        case ["header"]:
            header = entry(_Header, value)
            return HeaderTag(header.header, header.default)
        case ["environment"]:
            variable = entry(_Environment, value)
            return EnvironmentTag(variable.environment, variable.default)
        case _:
            raise ValueError("it holds not exactly one of literal, header and environment")


WholeTraces: TypeAlias = Annotated[InstanceOf[TailSampling] | None, from_text(_tail_sampling)]
Percentage: TypeAlias = Annotated[Decimal, Field(ge=0, le=100), from_text(_percentage, f"a percentage {_PERCENTAGE}")]
SamplingOverrides: TypeAlias = Annotated[tuple[InstanceOf[SamplingOverride], ...], from_text(_overrides)]
CustomTagsByName: TypeAlias = Annotated[
    dict[str, InstanceOf[LiteralTag] | InstanceOf[HeaderTag] | InstanceOf[EnvironmentTag]],
    from_text(lambda text: by_name(json_object(text), _TAG_NAME, _tag)),
]
Image: TypeAlias = Annotated[str, Allowed("an image with a tag other than latest, or with a digest", check=_image)]


#: The minor versions whose own proxy images lack the tracer of their modes, in words.
_WITHOUT_TRACER: Final = " and ".join(str(minor(row.since)) for row in TABLE if row.proxy_lacks_tracer)


def _with_versions(mode: TracingMode) -> str:
    """Return a mode and the Istio versions that have it, in words."""
    gone = first_without(mode)
    return f"{mode} (Istio {first_with(mode)} or newer{f', before {gone}' if gone else ''})"


def _mode_of_version(data: dict[str, Any]) -> TracingMode:
    return row_for(data["istio_version"]).default_mode


class TracingSettings(IstioSettings):
    """Which requests are traced, and how their spans leave the mesh."""

    subject = "Tracing"

    tracing_mode: Annotated[TracingMode, one_of(TracingMode)] = key(
        "How spans leave the mesh. native: Envoy's own Lightstep tracer in each sidecar sends to the satellites. "
        "lightstep-provider: Istio's lightstep extension provider, by which each sidecar sends to the satellites. "
        "opentelemetry: sidecars send OTLP to a Collector in the cluster, and only that talks to the backend.",
        TracingMode.OPENTELEMETRY,
        allowed=" or ".join(map(_with_versions, TracingMode)),
        default_text="native where `istioVersion` allows it, otherwise opentelemetry",
        default_factory=_mode_of_version,
    )
    lightstep_tracer_in_proxy: Switch = key(
        "Whether the proxy images in istioHub have Envoy's Lightstep tracer although Istio's own of that version "
        f"do not: those of Istio {_WITHOUT_TRACER} were built without it.",
        "true",
        allowed=f"{{type}}; true with Istio {_WITHOUT_TRACER} only",
        default=False,
    )
    sampling_percentage: Percentage = key(
        "Share of requests that are traced. Below 100 the satellites' statistics are incomplete.",
        "100",
        default=Decimal(100),
    )
    sampling_overrides: SamplingOverrides = key(
        "Other shares for single namespaces, or for single workloads in them. workload is the value of the label "
        "app on the workload's Pods; without it the entry is for the whole namespace.",
        '[{"namespace":"bookinfo","percentage":10}]',
        allowed='a list of objects such as {"namespace":"shop","workload":"cart","percentage":10}, workload left '
        "out for the whole namespace; percentages as in samplingPercentage; namespaces among bookinfoNamespace and "
        "injectedNamespaces; no two for the same; not where tracingMode is native",
        default=(),
    )
    tail_sampling: WholeTraces = key(
        "Which traces the Collector keeps, once it has seen the whole of each: all with an error, all that take longer "
        "than slowerThan (in ms), and that share (in %) of the rest. namespaces says otherwise for traces in which a "
        "namespace takes part; of several the most generous decides.",
        EXAMPLE_TAIL_SAMPLING,
        allowed='an object such as {"slowerThan":1000,"share":10,"namespaces":{"shop":{"slowerThan":500,"share":50}}}: '
        f"slowerThan from 1 to {1000 * DECISION_WAIT}, share as in samplingPercentage, namespaces among "
        "bookinfoNamespace and injectedNamespaces, or left out; only where tracingMode is opentelemetry",
        default_text="none: all traces are kept",
        unset={},
        default=None,
    )
    custom_tags: CustomTagsByName = key(
        "Tags that every span gets. A value is the same for all (literal), or comes from a request header or from "
        "an environment variable of the sidecar, with default where there is none. Not for secrets: headers that carry "
        "credentials, such as authorization, cookie or x-api-key, are refused.",
        '{"team":{"literal":"shop"},"tenant":{"header":"x-tenant","default":"none"}}',
        allowed='an object of tag name to exactly one of {"literal":"<text>"}, {"header":"<lower-case name>"} and '
        '{"environment":"<name>"}, the last two also with "default":"<text>"',
        default_factory=dict[str, CustomTag],
    )


class CollectorSettings(SettingsPart):
    """The Collector, where the tracing mode has one."""

    subject = "Collector"

    collector_image: Image = key(
        "Image of the OpenTelemetry Collector, of its distribution contrib. There is a Collector only where "
        "tracingMode is opentelemetry.",
        "docker.io/otel/opentelemetry-collector-contrib:0.160.0",
        default="docker.io/otel/opentelemetry-collector-contrib:0.160.0",
    )
    collector_replicas: Annotated[int, whole(1, 20)] = key("Number of Collector Pods.", "2", default=2)


def to_opentelemetry(settings: TracingSettings) -> Steps:
    """Return the commands by which a stack comes to send its spans through the Collector."""
    if TracingMode.OPENTELEMETRY in row_for(settings.istio_version).modes:
        return put("tracing_mode", TracingMode.OPENTELEMETRY)
    given = remove("tracing_mode") if "tracing_mode" in settings.model_fields_set else ()
    return (*given, *put("istio_version", DEFAULT))


def _overrides_have_an_effect(settings: TracingSettings, _: ReadingContext) -> Faults:
    row = row_for(settings.istio_version)
    if settings.sampling_overrides and not row.telemetry_in(settings.tracing_mode):
        yield Fault(
            "sampling_overrides",
            f"tracingMode {settings.tracing_mode} has no Telemetry API, and one percentage holds for the whole mesh",
            fixes=(remove("sampling_overrides"), _to_telemetry(settings)),
        )


def _tail_sampling_has_a_collector(settings: TracingSettings, _: ReadingContext) -> Faults:
    if settings.tail_sampling is not None and settings.tracing_mode is not TracingMode.OPENTELEMETRY:
        yield Fault(
            "tail_sampling",
            f"tracingMode {settings.tracing_mode} has no Collector that could wait for whole traces",
            fixes=(remove("tail_sampling"), to_opentelemetry(settings)),
        )


def _to_telemetry(settings: TracingSettings) -> Steps:
    row = row_for(settings.istio_version)
    usable = [mode for mode in row.modes if row.telemetry_in(mode)]
    return put("tracing_mode", usable[0]) if usable else to_opentelemetry(settings)


def _version_allows_the_mode(settings: TracingSettings, _: ReadingContext) -> Faults:
    for revision, version in settings.istio_revisions.items():
        if reason := why_not(version, settings.tracing_mode):
            yield Fault("istio_revisions", reason, (remove("istio_revisions", f".{revision}"),), str(version))
    if settings.istio_revisions:
        return
    reason = why_not(settings.istio_version, settings.tracing_mode)
    if reason:
        modes = row_for(settings.istio_version).modes
        yield Fault(
            "tracing_mode",
            reason,
            fixes=(remove("tracing_mode"), *(put("tracing_mode", mode) for mode in modes)),
            allowed=f"{' or '.join(modes)} with Istio {settings.istio_version}",
        )


def _proxy_has_the_tracer(settings: TracingSettings, _: ReadingContext) -> Faults:
    if row_for(settings.istio_version).proxy_lacks_tracer and not settings.lightstep_tracer_in_proxy:
        yield Fault(
            "istio_version",
            f"Istio's own proxy images of {settings.istio_version} have no Lightstep tracer, and nothing takes its "
            "place there, so no sidecar would start",
            fixes=(
                put("istio_version", NEWEST_NATIVE),
                put("istio_version", DEFAULT),
                put("lightstep_tracer_in_proxy", "true"),
            ),
            allowed="a version whose proxy has a tracer, or images in istioHub that have it and "
            "lightstepTracerInProxy true",
        )


def _tracer_has_a_use(settings: TracingSettings, _: ReadingContext) -> Faults:
    if settings.lightstep_tracer_in_proxy and not row_for(settings.istio_version).proxy_lacks_tracer:
        yield Fault(
            "lightstep_tracer_in_proxy",
            f"it changes nothing with Istio {settings.istio_version}",
            fixes=(remove("lightstep_tracer_in_proxy"),),
        )


TRACING_CONSTRAINTS: Final[Sequence[Constraint[TracingSettings]]] = (
    Constraint(("istio_version", "istio_revisions", "tracing_mode"), _version_allows_the_mode),
    Constraint(("istio_version", "lightstep_tracer_in_proxy"), _proxy_has_the_tracer),
    Constraint(("istio_version", "lightstep_tracer_in_proxy"), _tracer_has_a_use),
    Constraint(("istio_version", "tracing_mode", "sampling_overrides"), _overrides_have_an_effect),
    Constraint(("istio_version", "tracing_mode", "tail_sampling"), _tail_sampling_has_a_collector),
)
