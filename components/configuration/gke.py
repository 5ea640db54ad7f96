"""A cluster that the program makes on GKE: its version, its control plane, its upkeep."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AwareDatetime, InstanceOf, model_validator

from components.configuration.cluster import ExistingClusterSettings, only_for
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.entries import Entry, by_name, each, entry, text_of
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.parsing import own_keys
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import (
    Allowed,
    Switch,
    characters,
    cidr,
    either,
    from_text,
    json_list,
    json_object,
    matching,
    member,
    one_of,
)
from components.constants.choices import (
    ClusterKind,
    ControlPlaneAccess,
    ExclusionScope,
    LoggingComponent,
    MonitoringComponent,
    ReleaseChannel,
)
from components.model.gke import MaintenanceExclusion, MaintenanceWindow

#: Longest exclusion of all upgrades
#: (https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#limitations-maint-exclusions).
LONGEST_WITHOUT_UPGRADES: Final = timedelta(days=90)

#: How long maintenance goes on
#: (https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#limitations_on_maintenance_windows).
_SHORTEST_WINDOW: Final = timedelta(hours=4)
_LONGEST_WINDOW: Final = timedelta(hours=24)
_WINDOW: Final = f"{_SHORTEST_WINDOW // timedelta(hours=1)} to {_LONGEST_WINDOW // timedelta(hours=1)} hours"

#: How much maintenance there must be room for in any span of so many days (the same source).
_LEAST_MAINTENANCE: Final = timedelta(hours=48)
_SPAN: Final = timedelta(days=32)

_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_RULE: Final = (
    r"FREQ=DAILY(;INTERVAL=[1-9][0-9]?)?"
    rf"|FREQ=WEEKLY(;INTERVAL=[1-9][0-9]?)?;BYDAY=({'|'.join(_WEEKDAYS)})(,({'|'.join(_WEEKDAYS)}))*"
)

_NO_AUTOPILOT: Final = (
    "GKE Autopilot refuses Pods that Istio needs, and has no node pools; the cluster is a Standard one "
    "(docs/decisions/0019-what-gke-offers-besides.md)"
)

#: Key that people look for and that there is not, on purpose -> why.
NOT_OFFERED: Final = {"gkeMode": _NO_AUTOPILOT, "gkeAutopilot": _NO_AUTOPILOT}

#: What Google lets people call a network, a range or an exclusion.
NAME: Final = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
_LABEL_NAME: Final = matching(r"[a-z][a-z0-9_-]{0,62}", "lower-case letters, digits, _ and -, a letter first")
_LABEL_VALUE: Final = characters(0, 63, "[a-z0-9_-]", "lower-case letters, digits, _ and -")


def _authorized_networks(text: str) -> dict[str, str]:
    networks = dict(each(json_object(text).items(), lambda item: (item[0], _authorized(item[1]))))
    if _hold_everything(networks.values()):
        raise ValueError("together they let in the whole internet")
    return networks


def _authorized(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it is no text")
    if cidr(value).prefixlen == 0:
        raise ValueError("it lets in the whole internet")
    return value


def _hold_everything(networks: Iterable[str]) -> bool:
    """Tell whether networks, such as the two halves of 0.0.0.0/0, leave nothing out."""
    parts = [cidr(each) for each in networks]
    v4 = collapse_addresses(each for each in parts if isinstance(each, IPv4Network))
    v6 = collapse_addresses(each for each in parts if isinstance(each, IPv6Network))
    return any(each.prefixlen == 0 for each in (*v4, *v6))


class _Window(Entry):
    start: Annotated[AwareDatetime, Allowed("a time with its zone, such as 2026-01-03T02:00:00Z")]
    end: Annotated[AwareDatetime, Allowed("a time with its zone, such as 2026-01-03T10:00:00Z")]
    recurrence: Annotated[
        str,
        matching(_RULE, "a rule such as FREQ=WEEKLY;BYDAY=SA,SU"),
    ]

    @model_validator(mode="after")
    def _lasts(self) -> "_Window":
        length = self.end - self.start
        if not _SHORTEST_WINDOW <= length <= _LONGEST_WINDOW:
            raise ValueError(f"it does not last from {_WINDOW}")
        least = _least_maintenance(_days(self.recurrence, self.start), length)
        if least < _LEAST_MAINTENANCE:
            hours = timedelta(hours=1)
            raise ValueError(
                f"it leaves {least // hours} hours for maintenance in some {_SPAN.days} days, and GKE wants "
                f"{_LEAST_MAINTENANCE // hours} in any"
            )
        return self


def _days(rule: str, start: datetime) -> list[int]:
    """Return on which days windows open within some three months, counted from the Monday of the first week."""
    parts = dict(part.split("=") for part in rule.split(";"))
    interval = int(parts.get("INTERVAL", "1"))
    weeks = 3 * _SPAN // timedelta(weeks=1) + 1
    if parts["FREQ"] == "DAILY":
        return list(range(start.weekday(), 7 * weeks, interval))
    opening = sorted({_WEEKDAYS.index(day) for day in parts["BYDAY"].split(",")})
    return [7 * week + day for week in range(0, weeks, interval) for day in opening]


def _least_maintenance(days: Sequence[int], length: timedelta) -> timedelta:
    """Return the least time for maintenance in a span: in one of those that begin just when a window closes."""
    opens = [timedelta(days=day) for day in days]
    closes = [each + length for each in opens if each + length + _SPAN <= 3 * _SPAN]
    return min((_maintenance(opens, length, begin) for begin in (timedelta(), *closes)), default=timedelta())


def _maintenance(opens: Sequence[timedelta], length: timedelta, begin: timedelta) -> timedelta:
    parts = (min(each + length, begin + _SPAN) - max(each, begin) for each in opens)
    return sum((part for part in parts if part >= _SHORTEST_WINDOW), timedelta())


class _Exclusion(Entry):
    name: Annotated[str, matching(NAME, "a name of lower-case letters, digits and hyphens")]
    start: Annotated[AwareDatetime, Allowed("a time with its zone, such as 2026-12-18T00:00:00Z")]
    end: Annotated[AwareDatetime, Allowed("a time with its zone, such as 2027-01-04T00:00:00Z")]
    scope: Annotated[ExclusionScope, Allowed(either(ExclusionScope))] = ExclusionScope.NO_UPGRADES

    @model_validator(mode="after")
    def _lasts(self) -> "_Exclusion":
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        if self.scope is ExclusionScope.NO_UPGRADES and self.end - self.start > LONGEST_WITHOUT_UPGRADES:
            raise ValueError(f"GKE allows NO_UPGRADES for {LONGEST_WITHOUT_UPGRADES.days} days at most")
        return self


def _window(text: str) -> MaintenanceWindow | None:
    value = json_object(text)
    return MaintenanceWindow(**entry(_Window, value).model_dump()) if value else None


def _exclusions(text: str) -> tuple[MaintenanceExclusion, ...]:
    return tuple(each(json_list(text), lambda it: MaintenanceExclusion(**entry(_Exclusion, it).model_dump())))


def _components(kind: type[StrEnum]) -> Allowed:
    def parse(text: str) -> tuple[StrEnum, ...]:
        components = list(each(json_list(text), lambda name: member(kind, name), "it is none of them"))
        if components and kind("SYSTEM_COMPONENTS") not in components:
            raise ValueError("GKE collects nothing else without SYSTEM_COMPONENTS")
        return tuple(dict.fromkeys(components))

    return from_text(parse, f"a list of {', '.join(kind)}; the first of them with any other")


#: Length of a project id (https://cloud.google.com/resource-manager/docs/creating-managing-projects).
_SHORTEST_ID: Final = 6
_LONGEST_ID: Final = 30

ProjectId: TypeAlias = Annotated[
    str,
    matching(
        rf"([a-z0-9.-]+:)?[a-z][-a-z0-9]{{{_SHORTEST_ID - 2},{_LONGEST_ID - 2}}}[a-z0-9]",
        f"a project id: {_SHORTEST_ID} to {_LONGEST_ID} lower-case letters, digits and hyphens, a letter first",
    ),
]
Location: TypeAlias = Annotated[
    str,
    matching(r"[a-z]+-[a-z]+[0-9]+(-[a-z][a-z0-9]*)?", "a zone such as us-central1-a, or a region such as us-central1"),
]
GkeVersion: TypeAlias = Annotated[
    str,
    matching(
        r"latest|1\.[0-9]+(\.[0-9]+(-gke\.[0-9]+)?)?",
        "latest, or a version such as 1.33, 1.33.5 or 1.33.5-gke.1080000",
    ),
]
AuthorizedNetworks: TypeAlias = Annotated[dict[str, str], from_text(_authorized_networks)]
KmsKey: TypeAlias = Annotated[
    str,
    matching(
        r"projects/[^/\s]+/locations/[a-z0-9-]+/keyRings/[\w-]{1,63}/cryptoKeys/[\w-]{1,63}",
        "projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>",
    ),
]
Window: TypeAlias = Annotated[InstanceOf[MaintenanceWindow] | None, from_text(_window)]
Exclusions: TypeAlias = Annotated[tuple[InstanceOf[MaintenanceExclusion], ...], from_text(_exclusions)]
LoggingComponents: TypeAlias = Annotated[tuple[LoggingComponent, ...], _components(LoggingComponent)]
MonitoringComponents: TypeAlias = Annotated[tuple[MonitoringComponent, ...], _components(MonitoringComponent)]
Labels: TypeAlias = Annotated[
    dict[str, str],
    from_text(lambda text: by_name(json_object(text), _LABEL_NAME, lambda value: text_of(_LABEL_VALUE, value))),
]


EXAMPLE_NETWORKS: Final = '{"office":"203.0.113.0/24"}'
EXAMPLE_WINDOW: Final = (
    '{"start":"2026-01-03T02:00:00Z","end":"2026-01-03T10:00:00Z","recurrence":"FREQ=WEEKLY;BYDAY=SA,SU"}'
)


def _channel(data: dict[str, Any]) -> ReleaseChannel | None:
    keeps_itself = data["cluster_kind"] is ClusterKind.GKE and not data["gke_version"]
    return ReleaseChannel.REGULAR if keeps_itself else None


class GkeSettings(ExistingClusterSettings):
    """The GKE cluster itself."""

    subject = "GKE cluster"

    gcp_project: ProjectId = key(
        "Google Cloud project in which the cluster is made.",
        "my-project",
        allowed="{type}; required for a GKE cluster",
        default_text="none",
        default="",
    )
    gcp_enable_apis: Switch = key(
        "Whether the APIs that the cluster needs are enabled in the project. They stay enabled afterwards.",
        "false",
        default=True,
    )
    gke_location: Location = key(
        "Where the control plane and the nodes are: in one zone, or in several zones of a region.",
        "us-central1-a",
        default="us-central1-a",
    )
    gke_version: GkeVersion | None = key(
        "Version of the cluster, kept by hand instead of by a release channel.",
        "1.33",
        allowed="{type}; not together with gkeReleaseChannel",
        default_text="none: the release channel keeps it",
        default=None,
    )
    gke_release_channel: Annotated[ReleaseChannel | None, one_of(ReleaseChannel)] = key(
        "Release channel that keeps the cluster's version.",
        "REGULAR",
        allowed="{type}; not together with gkeVersion",
        default_text="`REGULAR`, or none if `gkeVersion` is set",
        default_factory=_channel,
    )
    gke_control_plane_access: Annotated[
        ControlPlaneAccess,
        one_of(
            ControlPlaneAccess,
            {
                ControlPlaneAccess.PRIVATE: "with gkePrivateNodes",
                ControlPlaneAccess.PUBLIC: "with gkeAuthorizedNetworks",
            },
        ),
    ] = key(
        "How the control plane is reached. dns-endpoint: by its name, for whom IAM lets in, and by no IP address. "
        "private: by an address inside the network. public: by a public address too, from authorized networks.",
        "dns-endpoint",
        default=ControlPlaneAccess.DNS_ENDPOINT,
    )
    gke_authorized_networks: AuthorizedNetworks = key(
        "Networks from which the control plane's IP address is reached, by a name for each.",
        EXAMPLE_NETWORKS,
        allowed="an object of name to network in CIDR notation, never 0.0.0.0/0 or ::/0; required with "
        "gkeControlPlaneAccess public, and not with dns-endpoint",
        default_factory=dict[str, str],
    )
    gke_database_encryption_key: KmsKey | None = key(
        "Cloud KMS key that encrypts Secrets in the control plane's database. GKE's service agent must be allowed "
        "to use it.",
        "projects/my-project/locations/us-central1/keyRings/gke/cryptoKeys/secrets",
        default_text="none: Google's own encryption at rest only",
        default=None,
    )
    gke_maintenance_window: Window = key(
        "When GKE may do maintenance by itself.",
        EXAMPLE_WINDOW,
        allowed=f"an object of start and end, times with their zone of the first window ({_WINDOW}), and "
        "recurrence: FREQ=DAILY, or FREQ=WEEKLY;BYDAY= and days, either also with INTERVAL; "
        f"{_LEAST_MAINTENANCE // timedelta(hours=1)} hours or more in any {_SPAN.days} days",
        default_text="none: at any time",
        unset={},
        default=None,
    )
    gke_maintenance_exclusions: Exclusions = key(
        "Times without upgrades.",
        '[{"name":"holidays","start":"2026-12-18T00:00:00Z","end":"2027-01-04T00:00:00Z"}]',
        allowed="a list of objects of name, start, end (times with their zone) and scope: NO_UPGRADES (the "
        f"default, {LONGEST_WITHOUT_UPGRADES.days} days at most), NO_MINOR_UPGRADES or NO_MINOR_OR_NODE_UPGRADES; "
        "only with gkeMaintenanceWindow",
        default=(),
    )
    gke_binary_authorization: Switch = key(
        "Whether the project's Binary Authorization policy decides which images run.", "true", default=False
    )
    gke_logging_components: LoggingComponents = key(
        "Whose logs GKE collects.",
        '["SYSTEM_COMPONENTS","WORKLOADS"]',
        default=(LoggingComponent.SYSTEM_COMPONENTS, LoggingComponent.WORKLOADS),
    )
    gke_monitoring_components: MonitoringComponents = key(
        "Whose metrics GKE collects.", '["SYSTEM_COMPONENTS","POD"]', default=(MonitoringComponent.SYSTEM_COMPONENTS,)
    )
    gke_labels: Labels = key(
        "Labels of the cluster and its nodes in Google Cloud, by which the bill can be split.",
        '{"team":"mesh"}',
        allowed="an object of name to value, both lower-case letters, digits, _ and -",
        default_factory=dict[str, str],
    )


def _gke_has_a_project(settings: GkeSettings, _: ReadingContext) -> Faults:
    if settings.cluster_kind is ClusterKind.GKE and not settings.gcp_project:
        yield Fault("gcp_project", "a GKE cluster needs a project")


def _version_is_chosen_once(settings: GkeSettings, _: ReadingContext) -> Faults:
    if settings.gke_version and settings.gke_release_channel:
        yield Fault(
            "gke_version",
            f"gkeReleaseChannel is {settings.gke_release_channel}, and a release channel chooses the version itself",
            fixes=(remove("gke_version"), remove("gke_release_channel")),
        )


def _public_access_is_narrow(settings: GkeSettings, _: ReadingContext) -> Faults:
    if settings.gke_control_plane_access is ControlPlaneAccess.PUBLIC and not settings.gke_authorized_networks:
        yield Fault(
            "gke_authorized_networks",
            "gkeControlPlaneAccess is public, and nothing says for whom",
            fixes=(put("gke_authorized_networks", EXAMPLE_NETWORKS), remove("gke_control_plane_access")),
        )


def _authorized_networks_have_a_use(settings: GkeSettings, _: ReadingContext) -> Faults:
    if settings.gke_control_plane_access is ControlPlaneAccess.DNS_ENDPOINT and settings.gke_authorized_networks:
        yield Fault(
            "gke_authorized_networks",
            "gkeControlPlaneAccess is dns-endpoint, where IAM decides and no address does",
            fixes=(remove("gke_authorized_networks"), put("gke_control_plane_access", ControlPlaneAccess.PUBLIC)),
        )


def _exclusions_have_a_window(settings: GkeSettings, _: ReadingContext) -> Faults:
    if settings.gke_maintenance_exclusions and settings.gke_maintenance_window is None:
        yield Fault(
            "gke_maintenance_exclusions",
            "gkeMaintenanceWindow is not set, and Google's provider takes exclusions together with a window only",
            fixes=(remove("gke_maintenance_exclusions"), put("gke_maintenance_window", EXAMPLE_WINDOW)),
        )


def _exclusions_fit_the_channel(settings: GkeSettings, _: ReadingContext) -> Faults:
    scopes = {each.scope for each in settings.gke_maintenance_exclusions} - {ExclusionScope.NO_UPGRADES}
    if scopes and settings.gke_release_channel is None and settings.cluster_kind is ClusterKind.GKE:
        yield Fault(
            "gke_maintenance_exclusions",
            f"there is no release channel, and without one GKE knows NO_UPGRADES only, not {', '.join(sorted(scopes))}",
            fixes=(remove("gke_maintenance_exclusions"), remove("gke_version")),
        )


GKE_CONSTRAINTS: Final[Sequence[Constraint[GkeSettings]]] = (
    *(only_for(ClusterKind.GKE, known.name) for known in own_keys(GkeSettings)),
    Constraint(("cluster_kind", "gcp_project"), _gke_has_a_project),
    Constraint(("gke_version", "gke_release_channel"), _version_is_chosen_once),
    Constraint(("gke_control_plane_access", "gke_authorized_networks"), _public_access_is_narrow),
    Constraint(("gke_control_plane_access", "gke_authorized_networks"), _authorized_networks_have_a_use),
    Constraint(("gke_maintenance_exclusions", "gke_maintenance_window"), _exclusions_have_a_window),
    Constraint(
        ("cluster_kind", "gke_maintenance_exclusions", "gke_version", "gke_release_channel"),
        _exclusions_fit_the_channel,
    ),
)
