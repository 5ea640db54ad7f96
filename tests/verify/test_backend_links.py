"""CA, token, Collector and NetworkPolicies: judged by objects, and by handshakes with genuine servers."""

import base64
import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import certifi
import pytest

from components.configuration.machinery.certificates import fingerprints
from local.certificates import new_authority
from local.ports import LOOPBACK, free_ports
from tests.components.tracing.collector.genuine.backends import http_backend
from tests.support.certificates import authority, new_files
from tests.support.served import Trust
from tests.verify.support import Cluster, causes, context, expected, pod, verdicts
from verify.causes import Cause
from verify.cluster.certificates import CaPlace, handshake, judge_ca_secret
from verify.cluster.collector import CollectorReading, judge_acceptance, read_collector, still_holding
from verify.cluster.collector_counters import Counters
from verify.cluster.collector_log import Complaint, newest_complaint
from verify.cluster.network_policies import judge_network_policies
from verify.outcomes import Finding, Verdict, failed
from verify.stage import Stage
from verify.stages import access_token, ca_certificate, collector, jaeger
from verify.stages.access_token import judge_credentials, judge_mesh_token, judge_token_file
from verify.stages.after_traffic import judge_after, with_cause
from verify.stages.collector import judge_readiness, judge_sending

POOL = new_authority(new_files(), "Pool CA", timedelta(hours=1))
PEM = POOL.pem
NOW = datetime.now(UTC)
OURS = expected(backendCaSha256=fingerprints(PEM))


def ca_secret(pem: str = PEM) -> dict[str, Any]:
    return {"data": {"cacert.pem": base64.b64encode(pem.encode()).decode()}}


@pytest.mark.parametrize(
    ("secret", "now", "cause"),
    [
        (None, NOW, Cause.CA_SECRET_MISSING),
        ({}, NOW, Cause.CA_UNREADABLE),
        (ca_secret("no certificate"), NOW, Cause.CA_UNREADABLE),
        (ca_secret(authority("Pool CA").pem), NOW, Cause.CA_SECRET_OTHER),
        (ca_secret(PEM * 2), NOW + timedelta(days=1), Cause.CA_EXPIRED),
        (ca_secret(), NOW - timedelta(days=2), Cause.CA_EXPIRED),
    ],
    ids=["missing", "empty", "unreadable", "other", "expired", "not-yet"],
)
def test_a_wrong_ca_secret_is_named(secret: Any, now: datetime, cause: Cause) -> None:
    found = judge_ca_secret(CaPlace("observability"), secret, OURS.backend_ca_sha256, now)

    assert set(causes(found.findings)) == {cause}


def test_a_ca_that_expires_within_thirty_days_is_a_warning() -> None:
    found = judge_ca_secret(CaPlace("observability"), ca_secret(), OURS.backend_ca_sha256, NOW).findings

    assert verdicts(found) == [Verdict.PASS, Verdict.WARN]


@pytest.fixture(scope="module")
def backend() -> Generator[str]:
    with http_backend(Trust(POOL.server(new_files(), "backend", [LOOPBACK]))) as receiver:
        yield f"{LOOPBACK}:{receiver.port}"


def test_a_handshake_with_the_right_ca_passes(backend: str) -> None:
    assert handshake(backend, PEM).verdict is Verdict.PASS


def test_a_handshake_with_another_ca_names_the_ca(backend: str) -> None:
    assert handshake(backend, authority("Pool CA").pem).cause is Cause.CA_DOES_NOT_VERIFY_BACKEND


def test_a_certificate_for_another_name_names_the_ca(backend: str) -> None:
    found = handshake(backend.replace(LOOPBACK, "localhost"), PEM)

    assert found.cause is Cause.CA_DOES_NOT_VERIFY_BACKEND


def test_a_backend_that_speaks_plain_text_is_named() -> None:
    with http_backend(None) as receiver:
        assert handshake(f"{LOOPBACK}:{receiver.port}", PEM).cause is Cause.BACKEND_SPEAKS_PLAIN_TEXT


@pytest.mark.parametrize("host", [LOOPBACK, "backend.invalid"])
def test_a_backend_that_this_machine_does_not_reach_proves_nothing(host: str) -> None:
    found = handshake(f"{host}:{free_ports(1)[0]}", PEM)

    assert (found.verdict, found.cause) == (Verdict.SKIP, None)


def credentials(headers: object) -> dict[str, Any]:
    text = json.dumps({"exporters": {"otlp_grpc": {"headers": headers}}})
    return {"data": {"credentials.yaml": base64.b64encode(text.encode()).decode()}}


@pytest.mark.parametrize(
    "secret",
    [None, {}, credentials({}), credentials({"lightstep-access-token": ""}), {"data": {"credentials.yaml": "e30="}}],
)
def test_a_missing_or_empty_token_is_named(secret: Any) -> None:
    assert judge_credentials(secret, "observability", expected().backend).cause is Cause.TOKEN_MISSING


def test_a_token_that_is_there_is_not_shown() -> None:
    found = judge_credentials(
        credentials({"lightstep-access-token": "correct-horse"}), "observability", expected().backend
    )

    assert found.verdict is Verdict.PASS
    assert "correct-horse" not in str(found)


@pytest.mark.parametrize(("data", "verdict"), [({"token": "eA=="}, "pass"), ({"token": ""}, "fail"), ({}, "fail")])
def test_sidecars_with_a_token_file_need_its_secret(data: dict[str, str], verdict: str) -> None:
    assert judge_token_file("bookinfo", {"data": data}).verdict == verdict


@pytest.mark.parametrize(("line", "verdict"), [("accessToken: abc", "pass"), ('accessToken: ""', "fail"), ("", "fail")])
def test_in_native_mode_the_token_stands_in_the_mesh_configuration(line: str, verdict: str) -> None:
    assert judge_mesh_token({"data": {"mesh": f"defaultConfig:\n  {line}\n"}}).verdict == verdict


def test_without_tls_and_without_a_token_the_stack_lacks_both_parts() -> None:
    plain = context(Cluster(), backendTls=False, backendCaSha256=[], backendHeaderNames=[])

    found = [*ca_certificate.STAGE.check(plain, lambda _: None), *access_token.STAGE.check(plain, lambda _: None)]

    assert [(each.verdict, each.cause) for each in found] == [(Verdict.SKIP, None)] * 2


@pytest.mark.parametrize(
    ("seen", "verdict", "cause"),
    [
        ({"counters": Counters(accepted=5, sent=5)}, Verdict.PASS, None),
        ({"complaint": Complaint(Cause.TOKEN_REFUSED, "HTTP Status Code 403")}, Verdict.FAIL, Cause.IDENTITY_REFUSED),
    ],
)
def test_google_is_shown_an_identity_and_no_token(seen: dict[str, Any], verdict: Verdict, cause: Cause | None) -> None:
    google = context(Cluster(), backendAddress="telemetry.googleapis.com:443", backendHeaderNames=[])
    google.collector = reading(collector_pod(), **seen)

    (found,) = access_token.STAGE.check(google, lambda _: None)

    assert (found.verdict, found.cause) == (verdict, cause)


def test_a_backend_of_public_cas_is_recognized_without_a_secret(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    public = context(Cluster(), backendAddress=backend, backendTls=True, backendCaSha256=[])
    (before,) = ca_certificate.STAGE.check(public, lambda _: None)

    bundle = new_files().certificate
    bundle.write_text(PEM)
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))
    after = ca_certificate.STAGE.check(public, lambda _: None)

    assert (before.verdict, before.cause) == (Verdict.FAIL, Cause.CA_DOES_NOT_VERIFY_BACKEND)
    assert (after[0].verdict, after[0].check) == (Verdict.PASS, f"public CAs verify the certificate of {backend}")


def line(error: str, age: float = 1) -> str:
    moment = (NOW - timedelta(seconds=age)).isoformat(timespec="milliseconds")
    return f'{moment}\tinfo\tinternal/retry_sender.go:126\tExporting failed. Will retry.\t{{"error": "{error}"}}'


def test_the_newest_complaint_counts() -> None:
    lines = [line("connection refused", 20), line("x509: certificate signed by unknown authority", 5), "other"]

    complaint = newest_complaint(lines, NOW)

    assert complaint == Complaint(Cause.CA_DOES_NOT_VERIFY_BACKEND, "x509: certificate signed by unknown authority")


CUT_OFF = 'desc = "transport: authentication handshake failed: EOF"'
PLAIN = "authentication handshake failed: tls: first record does not look like a TLS handshake"


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ([line(PLAIN, 20), line(CUT_OFF)], Cause.BACKEND_SPEAKS_PLAIN_TEXT),
        ([line(PLAIN, 120), line(CUT_OFF)], Cause.BACKEND_REFUSES_CONNECTIONS),
        ([line(PLAIN, 20), line("connection refused")], Cause.BACKEND_REFUSES_CONNECTIONS),
        ([line(CUT_OFF)], Cause.BACKEND_REFUSES_CONNECTIONS),
    ],
    ids=["told apart", "long ago", "down since", "never told apart"],
)
def test_a_handshake_that_was_cut_off_says_less_than_one_that_was_answered_in_plain_text(
    lines: list[str], cause: Cause
) -> None:
    complaint = newest_complaint(lines, NOW)

    assert complaint is not None
    assert complaint.cause is cause


@pytest.mark.parametrize(
    ("refusal", "shown"),
    [
        (
            "Permanent error: rpc error: code = Unauthenticated desc = scheme or token does not match: s3cret",
            "Permanent error: rpc error: code = Unauthenticated (the backend's words are not shown)",
        ),
        (
            "request to https://b:443 responded with HTTP Status Code 401, Message=no such token s3cret",
            "request to https://b:443 responded with HTTP Status Code 401 (the backend's words are not shown)",
        ),
    ],
)
def test_what_a_backend_says_of_a_token_that_it_refuses_is_not_shown(refusal: str, shown: str) -> None:
    assert newest_complaint([line(refusal)], NOW) == Complaint(Cause.TOKEN_REFUSED, shown)


def test_a_complaint_that_was_not_repeated_is_over() -> None:
    assert newest_complaint([line("connection refused", 120)], NOW) is None


@pytest.mark.parametrize(
    ("counters", "over"),
    [
        (Counters(accepted=8, sent=8), True),
        (Counters(accepted=8, sent=0), False),
        (Counters(accepted=8, sent=6, failed=2), False),
        (Counters(), False),
    ],
)
def test_a_complaint_is_over_when_the_backend_has_taken_all_spans(counters: Counters, over: bool) -> None:
    complaint = Complaint(Cause.BACKEND_REFUSES_CONNECTIONS, "connection refused")

    assert still_holding(complaint, counters) == (None if over else complaint)


def test_a_complaint_that_nobody_knows_is_the_backends_refusal() -> None:
    complaint = newest_complaint([line("rpc error: code = ResourceExhausted")], NOW)

    assert complaint is not None
    assert complaint.cause is Cause.BACKEND_REFUSES_SPANS


METRICS = """# HELP otelcol_exporter_sent_spans Number of spans successfully sent to destination.
# TYPE otelcol_exporter_sent_spans counter
otelcol_exporter_sent_spans{exporter="otlp"} 40
otelcol_exporter_sent_spans{exporter="debug"} 2
otelcol_exporter_send_failed_spans{exporter="otlp"} 1e+00
otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"} 43
otelcol_receiver_accepted_spans{receiver="otlp",transport="http"} 7
otelcol_exporter_queue_capacity{exporter="otlp"} 64
"""


def test_counters_are_added_up_over_exporters_and_pods() -> None:
    each = Counters.read(METRICS)

    assert each == Counters(accepted=50, over_http=7, sent=42, failed=1, capacity=64)
    assert Counters.total([each, each]).sent == 84


def test_what_collectors_hand_to_one_another_counts_only_where_it_is_lost() -> None:
    handed_on = """# TYPE otelcol_exporter_sent_spans counter
otelcol_exporter_sent_spans{exporter="load_balancing"} 40
otelcol_exporter_sent_spans{exporter="otlp_grpc"} 10
# TYPE otelcol_exporter_send_failed_spans counter
otelcol_exporter_send_failed_spans{exporter="load_balancing"} 3
# TYPE otelcol_receiver_accepted_spans counter
otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"} 43
otelcol_receiver_accepted_spans{receiver="otlp/peers",transport="grpc"} 40
# TYPE otelcol_receiver_refused_spans counter
otelcol_receiver_refused_spans{receiver="otlp/peers",transport="grpc"} 5
# TYPE otelcol_exporter_queue_capacity gauge
otelcol_exporter_queue_capacity{exporter="load_balancing"} 10000
otelcol_exporter_queue_capacity{exporter="otlp_grpc"} 64
"""

    assert Counters.read(handed_on) == Counters(accepted=43, sent=10, failed=3, capacity=64)


def test_a_label_may_hold_a_closing_brace_and_spaces() -> None:
    text = 'otelcol_exporter_sent_spans{exporter="otlp",name="a} 7 {b"} 5\n'

    assert Counters.read(text).sent == 5


class Answering:
    """A cluster with one ready Collector, whose counters answer with a text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def items(self, *_: object) -> list[dict[str, Any]]:
        return [collector_pod()]

    def logs(self, *_: object) -> list[str]:
        return []

    def read_local(self, *_: object) -> str:
        return self._text


@pytest.mark.parametrize("text", ["<html>no metrics</html>", 'otelcol_exporter_sent_spans{exporter="ot'])
def test_counters_that_cannot_be_read_are_not_seen_instead_of_ending_the_run(text: str) -> None:
    seen = read_collector(cast("Any", Answering(text)), "observability", frozenset())

    assert seen.counters is None
    assert seen.unseen.startswith("its counters can't be read: ")


def reading(*pods: dict[str, Any], **what: Any) -> CollectorReading:
    return CollectorReading(pods, **what)


def collector_pod(*, ready: bool = True, **changes: Any) -> dict[str, Any]:
    made = pod("otel-collector-x", ready=ready, **changes)
    made["spec"]["containers"][0]["name"] = made["status"]["containerStatuses"][0]["name"] = "otel-collector"
    return made


def test_a_collector_without_a_ready_pod_is_named_with_what_it_waits_for() -> None:
    found = judge_readiness(reading(collector_pod(ready=False, secrets=["lightstep.cacert"])), 1, "observability", [])

    assert found.cause is Cause.COLLECTOR_NOT_READY
    assert "ContainerCreating" in found.evidence[1]
    assert "lightstep.cacert" in found.evidence[1]


def test_a_collector_is_ready_by_its_own_container_whatever_its_sidecar_does() -> None:
    made = collector_pod()
    made["status"]["containerStatuses"][1]["ready"] = False

    assert judge_readiness(reading(made), 1, "observability", []).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("seen", "verdict", "cause"),
    [
        ({"counters": Counters(accepted=5, sent=5)}, Verdict.PASS, None),
        ({"counters": Counters(accepted=5, failed=5)}, Verdict.WARN, Cause.COLLECTOR_DROPS_SPANS),
        ({"unseen": "pods/portforward is forbidden"}, Verdict.SKIP, Cause.NOT_TO_BE_SEEN),
        ({"unseen": "simulated", "simulated": True}, Verdict.SKIP, Cause.SIMULATED_NODES),
        (
            {"counters": Counters(), "complaint": Complaint(Cause.BACKEND_REFUSES_CONNECTIONS, "connection refused")},
            Verdict.FAIL,
            Cause.BACKEND_REFUSES_CONNECTIONS,
        ),
    ],
)
def test_what_leaves_the_collector(seen: dict[str, Any], verdict: Verdict, cause: Cause | None) -> None:
    (found,) = judge_sending(reading(collector_pod(), **seen), "observability")

    assert (found.verdict, found.cause) == (verdict, cause)


@pytest.mark.parametrize(
    ("seen", "verdict", "evidence"),
    [
        ({"counters": Counters(accepted=5, sent=5)}, Verdict.PASS, "5 spans sent"),
        ({"counters": Counters()}, Verdict.SKIP, "sent nothing yet"),
        ({"unseen": "pods/portforward is forbidden"}, Verdict.SKIP, "counters can't be read"),
        ({"unseen": "simulated", "simulated": True}, Verdict.SKIP, "simulated"),
        ({"complaint": Complaint(Cause.TOKEN_REFUSED, "PermissionDenied")}, Verdict.FAIL, "PermissionDenied"),
    ],
)
def test_whether_the_backend_accepts_is_what_the_collector_says(
    seen: dict[str, Any], verdict: Verdict, evidence: str
) -> None:
    (found,) = judge_acceptance("the backend takes the token", reading(collector_pod(), **seen), {Cause.TOKEN_REFUSED})

    assert found.verdict is verdict
    assert evidence in found.evidence[0]


def test_a_missing_collector_is_named() -> None:
    assert causes(collector.STAGE.check(context(Cluster()), lambda _: None)) == [Cause.COLLECTOR_MISSING]


@pytest.mark.parametrize(
    ("complaint", "stage"),
    [
        (Cause.CA_DOES_NOT_VERIFY_BACKEND, ca_certificate.STAGE),
        (Cause.TOKEN_REFUSED, access_token.STAGE),
        (Cause.BACKEND_NAME_UNKNOWN, collector.STAGE),
    ],
)
def test_a_complaint_of_the_collector_fails_in_the_stage_of_its_link_only(complaint: Cause, stage: Stage) -> None:
    core = "/api/v1/namespaces/observability/secrets"
    cluster = Cluster(
        {
            f"{core}/lightstep.cacert": ca_secret(),
            f"{core}/otel-collector-credentials": credentials({"lightstep-access-token": "x"}),
            "/apis/apps/v1/namespaces/observability/deployments/otel-collector": {"spec": {"replicas": 1}},
        }
    )
    made = context(cluster, backendCaSha256=fingerprints(PEM), backendAddress="backend.invalid:4317")
    made.__dict__["collector"] = reading(
        collector_pod(), counters=Counters(sent=1), complaint=Complaint(complaint, "its words")
    )
    # In this order: the Collector's own stage is only run if the other two have not failed.
    stages = [ca_certificate.STAGE, access_token.STAGE, collector.STAGE]

    failing = [(each, causes(each.check(made, lambda _: None))) for each in stages]

    assert next((broken, found) for broken, found in failing if found) == (stage, [complaint])


JAEGER = "/apis/apps/v1/namespaces/observability/deployments/jaeger"


def jaeger_found(deployment: dict[str, Any] | None, *pods: dict[str, Any]) -> Finding:
    cluster = Cluster({JAEGER: deployment, "/api/v1/namespaces/observability/pods": list(pods)})
    (found,) = jaeger.STAGE.check(context(cluster, jaegerNamespace="observability"), lambda _: None)
    return found


def jaeger_pod(*, ready: bool = True) -> dict[str, Any]:
    made = pod("jaeger-x", ready=ready, labels={"app.kubernetes.io/name": "jaeger"})
    made["spec"]["containers"][0]["name"] = made["status"]["containerStatuses"][0]["name"] = "jaeger"
    return made


def test_a_missing_jaeger_in_the_cluster_is_named() -> None:
    assert jaeger_found(None).cause is Cause.JAEGER_MISSING


@pytest.mark.parametrize("pods", [[], [jaeger_pod(ready=False)], [collector_pod()]])
def test_a_jaeger_without_a_ready_pod_is_named_with_where_to_look(pods: list[dict[str, Any]]) -> None:
    found = jaeger_found({"spec": {"replicas": 1}}, *pods)

    assert found.cause is Cause.JAEGER_NOT_READY
    assert "kubectl logs --namespace observability deployment/jaeger" in (found.fix or "")


def test_a_ready_jaeger_passes_and_another_backend_has_none() -> None:
    assert jaeger_found({"spec": {"replicas": 1}}, jaeger_pod()).verdict is Verdict.PASS
    (other,) = jaeger.STAGE.check(context(Cluster()), lambda _: None)
    assert (other.verdict, other.cause) == (Verdict.SKIP, None)


def policy(**spec: Any) -> dict[str, Any]:
    selector = {"matchLabels": {"app.kubernetes.io/name": "otel-collector"}}
    return {"metadata": {"name": "made"}, "spec": {"podSelector": selector, **spec}}


INJECTED = {"istio-injection": "enabled"}
IN = {"from": [{"namespaceSelector": {"matchLabels": INJECTED}}], "ports": [{"protocol": "TCP", "port": 4317}]}
OUT = {"ports": [{"protocol": "TCP", "port": 9292}]}
BOTH = ["Ingress", "Egress"]


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        ([], Verdict.SKIP),
        ([policy(policyTypes=BOTH, ingress=[IN], egress=[OUT])], Verdict.PASS),
        ([policy(policyTypes=BOTH), policy(policyTypes=BOTH, ingress=[IN], egress=[OUT])], Verdict.PASS),
        ([policy(policyTypes=["Ingress"], ingress=[{}])], Verdict.PASS),
        ([policy(policyTypes=BOTH)], Verdict.FAIL),
        ([policy(policyTypes=BOTH, ingress=[IN])], Verdict.FAIL),
        ([policy(policyTypes=BOTH, egress=[OUT])], Verdict.FAIL),
        ([policy(policyTypes=BOTH, ingress=[IN], egress=[{"ports": [{"port": 443}]}])], Verdict.FAIL),
        ([policy(policyTypes=BOTH, ingress=[IN], egress=[{"ports": [{"port": 9000, "endPort": 9300}]}])], Verdict.PASS),
        ([policy(ingress=[{**IN, "from": [{"namespaceSelector": {"matchLabels": {"team": "a"}}}]}])], Verdict.FAIL),
    ],
)
def test_network_policies_must_let_spans_in_and_out(policies: list[Any], verdict: Verdict) -> None:
    found = judge_network_policies(policies, "observability", ["satellites.example.com:9292"], [INJECTED])

    assert found.verdict is verdict
    assert found.cause is (Cause.COLLECTOR_BLOCKED if verdict is Verdict.FAIL else None)


def test_a_collector_that_keeps_some_traces_only_is_told_and_need_not_send_all() -> None:
    outputs = {"keeps": "traces with an error", "wait": 30}
    wanted = expected(tailSampling=outputs).tail_sampling
    assert wanted is not None
    some = judge_after(
        BEFORE, reading(counters=Counters(accepted=340, sent=150, failed=1)), "observability", sampled=True
    )
    none = judge_after(
        BEFORE, reading(counters=Counters(accepted=340, sent=100, failed=1)), "observability", sampled=True
    )

    assert collector.keeping(wanted).cause is Cause.TRACES_SAMPLED
    assert collector.keeping(wanted).verdict is Verdict.WARN
    assert some.verdict is Verdict.PASS
    assert none.cause is Cause.SPANS_LOST


def test_network_policies_must_let_the_spans_of_every_revision_in() -> None:
    peers = [{"namespaceSelector": {"matchLabels": INJECTED}}]
    policy: dict[str, Any] = {"metadata": {"name": "a"}, "spec": {"podSelector": {}, "ingress": [{"from": peers}]}}
    sources = [INJECTED, {"istio.io/rev": "1-31"}]

    assert judge_network_policies([policy], "observability", ["a:1"], sources).cause is Cause.COLLECTOR_BLOCKED

    peers.append({"namespaceSelector": {"matchLabels": {"istio.io/rev": "1-31"}}})
    assert judge_network_policies([policy], "observability", ["a:1"], sources).verdict is Verdict.PASS


BEFORE = Counters(accepted=100, sent=100, failed=1)


@pytest.mark.parametrize(
    ("now", "verdict", "cause"),
    [
        (reading(counters=Counters(accepted=340, sent=340, failed=1)), Verdict.PASS, None),
        (reading(counters=BEFORE), Verdict.FAIL, Cause.COLLECTOR_NOT_REACHED),
        (reading(counters=Counters(accepted=340, sent=300, failed=1)), Verdict.FAIL, Cause.SPANS_LOST),
        (reading(complaint=Complaint(Cause.TOKEN_REFUSED, "unknown token")), Verdict.FAIL, Cause.TOKEN_REFUSED),
        (reading(unseen="forbidden"), Verdict.SKIP, Cause.NOT_TO_BE_SEEN),
    ],
)
def test_after_the_traffic_the_collector_says_what_became_of_its_spans(
    now: CollectorReading, verdict: Verdict, cause: Cause | None
) -> None:
    found = judge_after(BEFORE, now, "observability")

    assert (found.verdict, found.cause) == (verdict, cause)


def test_missing_spans_have_the_cause_that_the_collector_names() -> None:
    missing = [failed("all spans arrived", Cause.SPANS_MISSING, "0 of 8")]
    refused = judge_after(BEFORE, reading(complaint=Complaint(Cause.TOKEN_REFUSED, "unknown token")), "observability")
    silent = judge_after(BEFORE, reading(counters=BEFORE), "observability")
    unseen = judge_after(BEFORE, reading(unseen="forbidden"), "observability")

    assert with_cause(missing, [refused]) == [refused]
    assert with_cause(missing, [silent]) == [silent]
    assert with_cause(missing, [unseen]) == missing


#: What the Collector says and counts with two backends, the second one down.
TWO = """# TYPE otelcol_receiver_accepted_spans counter
otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"} 40
# TYPE otelcol_exporter_sent_spans counter
otelcol_exporter_sent_spans{exporter="otlp_grpc"} 40
otelcol_exporter_sent_spans{exporter="otlp_http/mirror"} 10
# TYPE otelcol_exporter_enqueue_failed_spans counter
otelcol_exporter_enqueue_failed_spans{exporter="otlp_http/mirror"} 5
# TYPE otelcol_exporter_queue_size gauge
otelcol_exporter_queue_size{exporter="otlp_grpc"} 0
otelcol_exporter_queue_size{exporter="otlp_http/mirror"} 3
"""


def of_exporter(exporter: str, error: str) -> str:
    fields = json.dumps({"otelcol.component.id": exporter, "error": error})
    return f"{datetime.now(UTC).isoformat()}\tinfo\tExporting failed. Will retry the request after interval.\t{fields}"


class TwoBackends:
    """A Collector with two backends, in place of an API server."""

    def __init__(self, *log: str) -> None:
        self._log = list(log)

    def items(self, *_: object) -> list[dict[str, Any]]:
        return [collector_pod()]

    def logs(self, *_: object) -> list[str]:
        return self._log

    def read_local(self, *_: object) -> str:
        return TWO


def test_each_backend_has_counters_and_complaints_of_its_own() -> None:
    api = TwoBackends(of_exporter("otlp_http/mirror", "connection refused"))
    seen = read_collector(cast("Any", api), "observability", frozenset(), mirrored=True)

    assert seen.mirror is not None
    assert (seen.counters, seen.complaint) == (Counters(accepted=40, sent=40), None)
    assert seen.mirror.counters == Counters(accepted=40, sent=10, not_queued=5, waiting=3)
    assert seen.mirror.complaint == Complaint(Cause.BACKEND_REFUSES_CONNECTIONS, "connection refused")


def test_the_backend_that_is_behind_is_named() -> None:
    api = TwoBackends(of_exporter("otlp_http/mirror", "connection refused"))
    seen = read_collector(cast("Any", api), "observability", frozenset(), mirrored=True)
    assert seen.mirror is not None

    (first,) = judge_sending(seen, "observability")
    (second,) = judge_sending(seen.mirror, "observability", mirror=True)

    assert (first.verdict, second.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert second.cause is Cause.BACKEND_REFUSES_CONNECTIONS
    assert second.check == "spans leave the Collector for the mirror"


def test_a_line_that_names_no_exporter_is_about_neither_of_two_backends() -> None:
    api = TwoBackends(of_exporter("", "connection refused").replace("otelcol.component.id", "scheme"))
    seen = read_collector(cast("Any", api), "observability", frozenset(), mirrored=True)

    assert seen.mirror is not None
    assert (seen.complaint, seen.mirror.complaint) == (None, None)


def test_the_headers_of_the_second_backend_are_its_own() -> None:
    text = json.dumps({"exporters": {"otlp_grpc": {"headers": {"x-team": "a"}}, "otlp_http/mirror": {"headers": {}}}})
    secret = {"data": {"credentials.yaml": base64.b64encode(text.encode()).decode()}}
    mirrored = expected(mirrorAddress="api.example.com:443", mirrorTls=True, mirrorHeaderNames=["x-team"])

    found = judge_credentials(secret, "observability", mirrored.backends[1])

    assert (found.verdict, found.cause) == (Verdict.FAIL, Cause.TOKEN_MISSING)
    assert "the mirror's headers" in found.check


def test_spans_must_be_let_out_to_both_backends() -> None:
    rules = [{"ports": [{"port": 9292, "protocol": "TCP"}]}]
    policy: dict[str, Any] = {
        "metadata": {"name": "collector"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": rules},
    }

    found = judge_network_policies([policy], "observability", ["a.example.com:9292", "b.example.com:443"], [INJECTED])

    assert found.cause is Cause.COLLECTOR_BLOCKED
    assert "TCP 443" in " ".join(found.evidence)
