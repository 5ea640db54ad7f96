"""What a team is told about a configuration that works but has a drawback."""

import json
from datetime import date
from pathlib import Path

import pytest

from components.configuration.settings import Settings
from components.environment.args import tracing_plan
from components.environment.notices import notices
from tests.components.configuration.settings_support import EXISTING, OTLP, RIGHT, SATELLITES, TOKEN, read

TODAY = date(2026, 6, 1)

#: Any OTLP backend, TLS, all requests, and versions of Istio and Kubernetes that go together.
SOUND = {**OTLP, "istioVersion": "1.28.3", "gkeVersion": "1.33"}

#: An existing cluster whose sidecars speak to satellites of its own.
POOL = {**EXISTING, **SATELLITES}


def about(word: str, project: Path, raw: dict[str, str], kubernetes: str | None = None) -> list[str]:
    """Return the notices in which a word stands."""
    return [notice for notice in told(read(raw, project, kubernetes=kubernetes)) if word in notice]


def told(settings: Settings, today: date = TODAY) -> list[str]:
    return notices(settings, tracing_plan(settings), today)


def test_sound_configuration_gives_no_notice(project: Path) -> None:
    assert told(read(SOUND, project)) == []


def test_istio_version_without_support_is_told(project: Path) -> None:
    (notice,) = told(read({**SOUND, "istioVersion": "1.27.3"}, project))

    assert notice == "Istio 1.27 has had no support since 2026-04-07, so no security fixes either."


def test_support_is_asked_for_on_the_day_that_is_given(project: Path) -> None:
    settings = read({**SOUND, "istioVersion": "1.27.3"}, project)

    assert told(settings, date(2026, 4, 7)) == []


def test_kubernetes_version_that_istio_is_not_supported_on_is_told(project: Path) -> None:
    (notice,) = told(read({**SOUND, "gkeVersion": "1.35"}, project))

    assert "supported on Kubernetes 1.30 to 1.34, and the cluster has 1.35" in notice


def test_existing_cluster_that_does_not_tell_its_version_is_told(project: Path) -> None:
    raw = {**EXISTING, "istioVersion": "1.28.3"}

    assert about("Kubernetes version is not known", project, raw)
    assert not about("Kubernetes version is not known", project, raw, kubernetes="1.33.5")


@pytest.mark.parametrize("mode", ["native", "lightstep-provider"])
@pytest.mark.parametrize("version", ["1.15.0", "1.15.7"])
def test_proxy_images_that_must_have_a_tracer_are_told_with_the_hub_that_they_come_from(
    mode: str, version: str, project: Path
) -> None:
    proxy = {"istioHub": "registry.example.com/istio", "lightstepTracerInProxy": "true"}
    raw = {**POOL, **proxy, "istioVersion": version, "tracingMode": mode}

    (notice,) = about("no Lightstep tracer", project, raw, "1.24")

    assert "registry.example.com/istio" in notice
    assert version in notice


def test_proxy_images_with_a_tracer_of_their_own_are_nothing_to_tell(project: Path) -> None:
    assert not about("no Lightstep tracer", project, {**POOL, "istioVersion": "1.14.6"}, "1.24")


@pytest.mark.parametrize(
    ("version", "mode", "told"),
    [
        ("1.14.6", "native", True),
        ("1.14.6", "lightstep-provider", False),
        ("1.26.8", "lightstep-provider", True),
        ("1.26.8", "opentelemetry", False),
    ],
)
def test_token_in_the_mesh_configuration_is_told_with_the_mode_that_keeps_it_secret(
    version: str, mode: str, told: bool, project: Path
) -> None:
    raw = {**POOL, "istioVersion": version, "tracingMode": mode}

    found = about("plain text into ConfigMap istio", project, raw, "1.24")

    assert bool(found) is told
    assert all(f"tracingMode {mode} puts" in notice and "opentelemetry" in notice for notice in found)
    assert all("istioVersion 1.16.1 or newer" in notice for notice in found)
    assert not about(TOKEN, project, raw, "1.24")


@pytest.mark.parametrize(
    ("version", "mode", "told"),
    [
        ("1.14.6", "lightstep-provider", False),
        ("1.26.8", "lightstep-provider", True),
        ("1.26.8", "opentelemetry", False),
        ("1.14.6", "native", False),
    ],
)
def test_spans_that_name_no_service_are_told(version: str, mode: str, told: bool, project: Path) -> None:
    found = about("unknown_service", project, {**POOL, "istioVersion": version, "tracingMode": mode}, "1.24")

    assert bool(found) is told


def test_backend_without_tls_is_told(project: Path) -> None:
    (notice,) = told(read({**SOUND, "backendTls": "false"}, project))

    assert "backendTls is false" in notice
    assert "lightstep.cacert" in notice


@pytest.mark.parametrize(
    ("mesh", "workload", "lowest"),
    [("99.99", None, "99.99"), ("0", None, "0"), ("100", "12.25", "12.25"), ("50", "75", "50")],
)
def test_sampling_below_100_percent_anywhere_is_told_with_the_lowest(
    mesh: str, workload: str | None, lowest: str, project: Path
) -> None:
    overrides = [{"namespace": "bookinfo", "workload": "reviews", "percentage": float(workload)}] if workload else []
    raw = {**SOUND, "samplingPercentage": mesh, "samplingOverrides": json.dumps(overrides)}

    (notice,) = told(read(raw, project))

    assert f"down to {lowest} %" in notice


def test_overrides_of_100_percent_are_nothing_to_tell(project: Path) -> None:
    raw = {**SOUND, "samplingOverrides": '[{"namespace": "bookinfo", "percentage": 100}]'}

    assert told(read(raw, project)) == []


def test_traces_that_are_dropped_are_told_with_what_is_kept(project: Path) -> None:
    raw = {
        **SOUND,
        "tailSampling": '{"slowerThan":1000,"share":0.5,"namespaces":{"bookinfo":{"slowerThan":5,"share":1}}}',
    }

    (notice,) = told(read(raw, project))

    assert "slower than 1000 ms, and 0.5 % of the rest; where bookinfo takes part traces with an error" in notice
    assert "incomplete" in notice


@pytest.mark.parametrize("backend", ["lightstep-us", "lightstep-eu", "lightstep-public-satellites"])
def test_end_of_lightsteps_service_is_told_with_the_way_out(backend: str, project: Path) -> None:
    raw = {**RIGHT, "istioVersion": "1.28.3", "gkeVersion": "1.33", "backend": backend}

    (notice,) = told(read(raw, project))

    assert "end of life" in notice
    assert "docs/moving-from-lightstep.md" in notice


@pytest.mark.parametrize("backend", ["lightstep-satellites", "lightstep-microsatellites"])
def test_end_of_lightsteps_service_is_told_to_those_with_satellites_of_their_own(backend: str, project: Path) -> None:
    assert about("end of life", project, {**POOL, "backend": backend})


def test_jaeger_in_the_cluster_is_told_of_where_it_is_not_for_dev(project: Path) -> None:
    raw = {"gcpProject": "my-project", "istioVersion": "1.28.3", "gkeVersion": "1.33"}
    prod = {**raw, "environment": "prod", "backend": "in-cluster"}

    assert told(read(raw, project)) == []
    assert [notice.split(",")[0] for notice in told(read(prod, project))] == [
        "backend in-cluster is one Pod",
        "Jaeger keeps the last 10000 traces in its memory",
    ]
    assert len(told(read({**prod, "jaegerVolumeGb": "20"}, project))) == 1


def test_every_notice_is_a_sentence_of_its_own(project: Path) -> None:
    raw = {
        **POOL,
        "istioVersion": "1.26.8",
        "tracingMode": "lightstep-provider",
        "backendTls": "false",
        "samplingPercentage": "1",
    }

    said = told(read(raw, project))

    assert len(said) == len(set(said)) == 7
    assert all(notice.endswith(".") for notice in said)


def test_location_that_google_may_not_have_is_told(project: Path) -> None:
    pools = '{"nodes":{"zones":["europe-west1-a","europe-west1-b"]}}'

    (notice,) = about("Google", project, {**SOUND, "gkeLocation": "europe-west1", "nodePools": pools})

    assert notice.startswith("gkeLocation or nodePools name europe-west1-a, which Google did not have in ")


@pytest.mark.parametrize("location", ["us-central1-f", "europe-west1", "asia-southeast2-c"])
def test_location_that_google_has_is_not_told(location: str, project: Path) -> None:
    assert about("Google", project, {**SOUND, "gkeLocation": location}) == []


@pytest.mark.parametrize("location", ["us-central9-a", "us-central1-d", "europe-west5", "us-central1-ab"])
def test_misspelled_location_is_told(location: str, project: Path) -> None:
    raw = {**SOUND, "gkeLocation": location}

    assert [location in notice for notice in about("Google", project, raw)] == [True]
