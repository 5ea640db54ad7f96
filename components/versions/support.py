"""Which Istio versions are supported, until when, and on which Kubernetes versions: data with sources, and verdicts.

The sources are Istio's own table (github.com/istio/istio.io, `data/compatibility/supportStatus.yml`, and its earlier
form under `content/en/docs/releases/supported-releases`), the announcements under `content/en/news`, and where those no
longer hold an end, endoflife.date (`products/istio.md`, August 2026). No source could be found for what 1.32 runs on,
nor for its first day; all there is are its tags, such as that of istio.io/api, a commit of 21 October 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from packaging.version import Version

from components.constants.choices import ReleaseChannel

#: Newest Istio version that the tests run: the main branch of 27 August 2026, which says 1.31 of itself, four days
#: before the release of 1.31.0.
NEWEST_TESTED: Final = Version("1.31.0")


@dataclass(frozen=True)
class Support:
    """What Istio's maintainers say of one minor version.

    Arguments:
        istio: the minor version, for example `1.27`.
        released: the day of its first release; `None` where no source could be found.
        ends: the day on which support ended or will end; `None` where no day has been announced.
        kubernetes: oldest and newest Kubernetes minor version that it is supported on; `None` where no source could be
            found.
    """

    istio: Version
    released: date | None
    ends: date | None
    kubernetes: tuple[Version, Version] | None


def _row(istio: str, released: str = "", ends: str = "", kubernetes: str = "") -> Support:
    first, _, last = kubernetes.partition("-")
    return Support(
        istio=Version(istio),
        released=date.fromisoformat(released) if released else None,
        ends=date.fromisoformat(ends) if ends else None,
        kubernetes=(Version(first), Version(last)) if kubernetes else None,
    )


#: Oldest first.
SUPPORT: Final = (
    _row("1.12", "2021-11-18", "2022-07-12", "1.19-1.22"),
    _row("1.13", "2022-02-11", "2022-10-12", "1.20-1.23"),
    _row("1.14", "2022-05-24", "2022-12-27", "1.21-1.24"),
    _row("1.15", "2022-08-31", "2023-04-04", "1.22-1.25"),
    _row("1.16", "2022-11-15", "2023-07-25", "1.22-1.25"),
    _row("1.17", "2023-02-14", "2023-10-27", "1.23-1.26"),
    _row("1.18", "2023-06-03", "2024-01-04", "1.24-1.27"),
    _row("1.19", "2023-09-05", "2024-04-24", "1.25-1.28"),
    _row("1.20", "2023-11-14", "2024-06-25", "1.25-1.29"),
    _row("1.21", "2024-03-13", "2024-09-27", "1.26-1.29"),
    _row("1.22", "2024-05-13", "2025-01-22", "1.27-1.30"),
    _row("1.23", "2024-08-14", "2025-04-16", "1.27-1.30"),
    _row("1.24", "2024-11-07", "2025-06-24", "1.28-1.31"),
    _row("1.25", "2025-03-03", "2025-09-30", "1.29-1.32"),
    _row("1.26", "2025-05-08", "2025-12-22", "1.29-1.33"),
    _row("1.27", "2025-08-11", "2026-04-07", "1.29-1.33"),
    _row("1.28", "2025-11-05", "2026-07-01", "1.30-1.34"),
    _row("1.29", "2026-02-16", "2026-10-12", "1.31-1.35"),
    _row("1.30", "2026-05-18", "", "1.32-1.36"),
    _row("1.31", "2026-08-31", "", "1.32-1.37"),
    _row("1.32"),
)


@dataclass(frozen=True)
class Limits:
    """Kubernetes versions on which the objects in Istio's charts can be created at all.

    Arguments:
        since: first Istio minor version that they hold for, until the next row.
        oldest: oldest Kubernetes minor version; `None` where nothing in the charts sets a limit.
        newest: newest Kubernetes minor version; `None` without a limit.
        reason: what sets the limit.
    """

    since: Version
    oldest: Version | None
    newest: Version | None
    reason: str


#: Oldest first. From the API versions in each release's charts (github.com/istio/istio, tags 1.12.0 to 1.29.6) and
#: https://kubernetes.io/docs/reference/using-api/deprecation-guide/.
LIMITS: Final = (
    Limits(
        Version("1.12"), None, Version("1.24"), "its charts make autoscaling/v2beta1 and policy/v1beta1, gone with 1.25"
    ),
    Limits(Version("1.14"), None, None, ""),
    Limits(Version("1.22"), Version("1.23"), None, "its charts make autoscaling/v2, which came with 1.23"),
)

#: Default Kubernetes version of each of GKE's release channels, as of September 2026
#: (https://cloud.google.com/kubernetes-engine/docs/release-notes and the channels' feeds, 17 and 23 September 2026).
GKE_CHANNELS: Final[Mapping[ReleaseChannel, Version]] = {
    ReleaseChannel.RAPID: Version("1.36"),
    ReleaseChannel.REGULAR: Version("1.35"),
    ReleaseChannel.STABLE: Version("1.35"),
    ReleaseChannel.EXTENDED: Version("1.35"),
}

#: What GKE's version `latest` means without a channel, from the same source.
GKE_LATEST: Final = Version("1.36")


def minor(version: Version) -> Version:
    """Return a version without its patch number."""
    return Version(f"{version.major}.{version.minor}")


def support_of(istio: Version) -> Support | None:
    """Return what is said of an Istio version; `None` if it is newer than the table."""
    return next((row for row in SUPPORT if row.istio == minor(istio)), None)


def refusal(istio: Version, kubernetes: Version) -> str:
    """Return why a version of Istio can't be installed on a version of Kubernetes; empty if it can."""
    limits = [row for row in LIMITS if row.since <= minor(istio)][-1]
    if limits.newest and minor(kubernetes) > limits.newest:
        return f"Istio {istio} can't be installed on Kubernetes {minor(kubernetes)}: {limits.reason}"
    if limits.oldest and minor(kubernetes) < limits.oldest:
        return f"Istio {istio} can't be installed on Kubernetes {minor(kubernetes)}: {limits.reason}"
    return ""


def concerns(istio: Version, kubernetes: Version | None, today: date) -> list[str]:
    """Return what speaks against an Istio version that can be installed, one sentence each.

    Arguments:
        istio: the version.
        kubernetes: version of the cluster; `None` if it is not known.
        today: the day on which support is asked for.
    """
    found: list[str] = []
    row = support_of(istio)
    if minor(istio) > minor(NEWEST_TESTED):
        found.append(
            f"Istio {istio} is newer than any that this program was tested with; the newest is {minor(NEWEST_TESTED)}, "
            "by its main branch of 27 August 2026."
        )
    if row and row.ends and row.ends < today:
        found.append(f"Istio {row.istio} has had no support since {row.ends}, so no security fixes either.")
    if kubernetes is None:
        found.append("The cluster's Kubernetes version is not known, so it was not compared with Istio's.")
    elif row and row.kubernetes and not row.kubernetes[0] <= minor(kubernetes) <= row.kubernetes[1]:
        first, last = row.kubernetes
        found.append(
            f"Istio {row.istio} is supported on Kubernetes {first} to {last}, and the cluster has {minor(kubernetes)}."
        )
    return found


def gke_kubernetes(channel: ReleaseChannel | None, version: str | None) -> Version | None:
    """Return the Kubernetes minor version that a GKE cluster gets.

    Arguments:
        channel: its release channel, if it has one.
        version: the version that is asked for: exact, only a minor one, or `latest`.
    """
    if version == "latest":
        return GKE_LATEST
    if version:
        return minor(Version(version.partition("-")[0]))
    return GKE_CHANNELS[channel] if channel else None
