"""Rules about Helm charts: they come whole from where they claim to come, and tomorrow's is today's."""

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.reading import at
from policy.resource import Resource
from policy.rule import EVERYWHERE, ResourceRule, kinds

_CHARTS: Final = kinds("Chart", "Release")

#: An exact version: three numbers, no range (https://semver.org).
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+([-+][\w.+-]+)?")


def _repository(chart: Resource) -> str:
    """Return the address that a chart comes from; empty for a local folder."""
    options = at(chart.properties, "repositoryOpts.repo") or at(chart.properties, "repositoryOpts.repository")
    name = str(at(chart.properties, "chart") or "")
    return str(options or (name if "://" in name else ""))


def _version(chart: Resource) -> Iterator[str]:
    version = str(at(chart.properties, "version") or "")
    if _repository(chart) and not _EXACT.fullmatch(version):
        yield f"the chart's version is {version or 'not given'}, which may be another one tomorrow"


def _transport(chart: Resource) -> Iterator[str]:
    repository = _repository(chart)
    plain = at(chart.properties, "plainHttp") is True or at(chart.properties, "repositoryOpts.plainHttp") is True
    if repository.startswith("http://") or plain:
        yield f"the chart comes unencrypted from {repository}, so anybody between may change it"
    if at(chart.properties, "skipTlsVerify") is True:
        yield f"{repository} is not verified"


RULES: Final = (
    ResourceRule(
        "chart-pinned",
        "Each chart from a repository has an exact version.",
        Severity.MEDIUM,
        EVERYWHERE,
        "name the version; Istio's is traced-mesh:istioVersion",
        _CHARTS,
        _version,
    ),
    ResourceRule(
        "chart-encrypted",
        "Each chart from a repository comes over an encrypted, verified connection.",
        Severity.HIGH,
        EVERYWHERE,
        "use an https:// or oci:// address; Istio's is traced-mesh:istioCharts",
        _CHARTS,
        _transport,
    ),
)
