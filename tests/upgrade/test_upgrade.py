"""The satellite stack in native mode, and its way over Istio 1.26 to the newest while it runs: one `up` each."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from local.toolchain.programs import NEWEST_ISTIO
from tests.sandbox.environment.conftest import new_sandbox
from tests.sandbox.environment.running import TOKEN, Outcome, Running, client, identity
from tests.sandbox.environment.sidecars import tracing_of
from tests.support.lists import non_empty
from tests.support.thorough import THOROUGH

pytestmark = THOROUGH

#: What native mode needs and the other modes must not be told.
ONLY_NATIVE: Final[dict[str, object]] = {"tracingMode": None, "lightstepTracerInProxy": None}

#: Operations that take something away, if only for a moment.
TAKES_AWAY: Final = {"delete", "replace", "create-replacement", "delete-replaced"}

COLLECTOR: Final = "outbound|4317||otel-collector.observability.svc.cluster.local"
SATELLITES: Final = "outbound|9292||lightstep-satellite.lightstep"


@pytest.fixture(scope="module")
def satellite() -> Iterator[Running]:
    """A sandbox of its own, since the tests here change its Istio; they run in the order in which they stand."""
    with new_sandbox("satellite", "satellite") as made:
        yield made


def at(running: Running, release: str, **values: object) -> Running:
    """Return the environment with another Istio, as a person would configure it."""
    charts = f".sandbox/toolchain/istio/{release}/charts"
    return running.configured(istioVersion=release, istioCharts=charts, **ONLY_NATIVE, **values)


def pods(running: Running, namespace: str) -> list[Any]:
    """Return the Pods of a namespace that are not on their way out."""
    found = client.CoreV1Api(running.api()).list_namespaced_pod(namespace).items
    return [it for it in found if it.metadata.deletion_timestamp is None]


def proxy(pod: Any) -> Any:
    (found,) = [it for it in pod.spec.containers if it.name == "istio-proxy"]
    return found


def proxies_of(running: Running) -> set[str]:
    return {proxy(pod).image for namespace in ("bookinfo", "istio-ingress") for pod in pods(running, namespace)}


def nothing_differs(running: Running) -> None:
    plain = running.call("preview", "--expect-no-changes")
    refreshed = running.call("preview", "--refresh", "--expect-no-changes")

    assert plain.exit_code == 0, plain.text
    assert refreshed.exit_code == 0, refreshed.text


def applications_stay(outcome: Outcome) -> None:
    taken = [name for operation, name in outcome.changed if operation in TAKES_AWAY]

    kept = ("bookinfo", "gateway", "namespaces-bookinfo", "namespaces-istio-ingress", "mesh-namespace")
    assert [name for name in taken if name.startswith(kept)] == []
    assert not {operation for operation, _ in outcome.changed} & (TAKES_AWAY - {"delete"})


def test_native_mode_comes_up_with_the_six_values(satellite: Running) -> None:
    outcome = satellite.up()

    mesh = client.CoreV1Api(satellite.api()).read_namespaced_config_map("istio", "istio-system").data["mesh"]
    assert "address: lightstep-satellite.lightstep:9292" in mesh
    assert "puts the access token in plain text into ConfigMap istio" in outcome.text
    assert "have no Lightstep tracer" in outcome.text
    nothing_differs(satellite)


def test_sidecars_of_native_mode_get_the_ca_and_the_satellites(satellite: Running) -> None:
    injected = pods(satellite, "bookinfo")

    assert len(injected) == 6
    for pod in injected:
        container = proxy(pod)
        assert container.image == "docker.io/istio/proxyv2:1.15.0"
        assert "/etc/lightstep/" in {it.mount_path for it in container.volume_mounts}
        (volume,) = [it for it in pod.spec.volumes if it.name == "lightstep-certs"]
        assert volume.secret.secret_name == "lightstep.cacert"
        (config,) = [json.loads(it.value) for it in container.env if it.name == "PROXY_CONFIG"]
        assert config["tracing"]["lightstep"]["address"] == "lightstep-satellite.lightstep:9292"
        assert config["tracing"]["tlsSettings"]["caCertificates"] == "/etc/lightstep/cacert.pem"


def test_gateway_of_native_mode_gets_the_ca_too(satellite: Running) -> None:
    (pod,) = pods(satellite, "istio-ingress")

    assert "/etc/lightstep" in {it.mount_path for it in proxy(pod).volume_mounts}


def test_token_of_native_mode_is_where_istio_puts_it_and_in_nothing_of_pulumis(satellite: Running) -> None:
    holders = {identity(it) for it in satellite.everything() if TOKEN in json.dumps(it)}
    printed = satellite.call("preview", "--diff", "--show-sames", "--show-config").text
    kept = [it for it in (satellite.instance.folder / "pulumi").rglob("*") if it.is_file()]

    config_maps = {it for it in holders if "/configmaps " in it}
    assert config_maps == {
        "/api/v1/configmaps istio-system/istio",
        "/api/v1/configmaps istio-system/istio-sidecar-injector",
    }
    assert all("/pods " in it for it in holders - config_maps), holders
    assert TOKEN not in printed
    assert [it for it in kept if TOKEN.encode() in it.read_bytes()] == []


def test_upgrade_to_1_26_moves_to_the_collector(satellite: Running) -> None:
    newer = at(satellite, "1.26.0")

    preview = newer.call("preview")
    outcome = newer.up()

    applications_stay(outcome)
    assert '"native" => "opentelemetry"' in preview.text
    assert '"1.15.0" => "1.26.0"' in preview.text
    assert {name for operation, name in outcome.changed if operation == "delete" and name.startswith("tracing")} == {
        "tracing-ca-bookinfo",
        "tracing-ca-istio-ingress",
    }
    assert proxies_of(newer) == {"docker.io/istio/proxyv2:1.26.0"}
    nothing_differs(newer)


def test_spans_go_to_the_collector_under_their_services_names(satellite: Running) -> None:
    tracers = tracing_of(satellite, "productpage", "bookinfo", "1.26.0")

    assert {it.cluster for it in tracers} == {COLLECTOR}
    assert {it.service_name for it in tracers} == {"productpage.bookinfo"}


def test_another_mode_may_be_asked_for_by_name(satellite: Running) -> None:
    provider = at(satellite, "1.26.0").configured(tracingMode="lightstep-provider")

    outcome = provider.up()

    applications_stay(outcome)
    assert "names no service" in outcome.text
    tracers = tracing_of(provider, "productpage", "bookinfo", "1.26.0")
    assert {it.cluster for it in tracers} == {SATELLITES}
    assert {it.service_name for it in tracers} == {""}
    assert all(it.metadata == {"lightstep-access-token": TOKEN} for it in tracers)
    for namespace in ("bookinfo", "istio-ingress"):
        for pod in non_empty(pods(provider, namespace), "Pods"):
            assert "/etc/lightstep" in {it.mount_path for it in proxy(pod).volume_mounts}
    nothing_differs(provider)


def test_upgrade_to_the_newest_keeps_the_collector(satellite: Running) -> None:
    at(satellite, "1.26.0").up()
    newest = at(satellite, NEWEST_ISTIO)

    outcome = newest.up()

    applications_stay(outcome)
    assert "delete" not in {operation for operation, _ in outcome.changed}
    assert proxies_of(newest) == {f"docker.io/istio/proxyv2:{NEWEST_ISTIO}"}
    tracers = tracing_of(newest, "productpage", "bookinfo", NEWEST_ISTIO)
    assert {it.cluster for it in tracers} == {COLLECTOR}
    nothing_differs(newest)


def test_token_is_in_no_config_map_after_the_upgrade(satellite: Running) -> None:
    holders = {identity(it) for it in satellite.everything() if TOKEN in json.dumps(it)}

    assert holders == set()


def test_teardown_leaves_only_what_istio_keeps(satellite: Running) -> None:
    destroyed = at(satellite, NEWEST_ISTIO).call("destroy", "--yes", "--skip-preview")

    assert destroyed.exit_code == 0, destroyed.text
    left = [it for it in satellite.everything() if it["metadata"].get("labels", {}).get("app.kubernetes.io/managed-by")]
    assert [identity(it) for it in left if "pulumi" in it["metadata"]["labels"]["app.kubernetes.io/managed-by"]] == []
