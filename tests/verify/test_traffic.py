"""The smoke traffic: what it sends, how it measures, and what it calls broken."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.ports import free_ports
from tests.support.certificates import authority, new_files
from tests.support.served import Asked, Reply, Trust, serving
from verify.causes import Cause
from verify.clock import Clock
from verify.outcomes import Finding, Verdict
from verify.sender import UNDECIDED, WARM_UP, Load, Sender
from verify.stages.smoke_traffic import latency_text, traffic_findings
from verify.traces.checks import Sent
from verify.traffic import Request, Traffic, percentile

PAGE = "<title>Simple Bookstore App</title>"


@dataclass
class MadeUpTime:
    """A clock that stands still but for the waits that are asked of it."""

    time: float = 0.0
    waits: list[float] = field(default_factory=list[float])

    def pace(self) -> Clock:
        return Clock(lambda: self.time, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


def silent(_: str) -> None:
    """Take progress and show nothing."""


def sent_to(reply: Reply, requests: int = 5, rate: float = 10) -> tuple[Traffic, list[Asked], MadeUpTime]:
    clock = MadeUpTime()
    with serving(lambda _: reply) as server:
        traffic = Sender(Load(server.url, requests, rate), silent, clock.pace()).send()
    return traffic, server.asked, clock


def only(findings: Sequence[Finding]) -> Finding:
    (finding,) = findings
    return finding


def verdict_on(reply: Reply) -> Finding:
    traffic, _, _ = sent_to(reply)
    return only(traffic_findings(traffic, "bookinfo", "istio-ingress"))


def test_each_request_brings_the_same_new_ids_in_both_kinds_of_headers() -> None:
    traffic, asked, _ = sent_to(Reply(body=PAGE), requests=5)

    decided = [each.headers for each in asked if "x-b3-traceid" in each.headers]
    assert len(decided) == len({headers["traceparent"] for headers in decided}) == 5
    for sent, headers in zip(traffic.answered, decided, strict=True):
        assert headers["traceparent"] == f"00-{sent.trace_id}-{sent.span_id}-01"
        assert (headers["x-b3-traceid"], headers["x-b3-spanid"]) == (sent.trace_id, sent.span_id)
        assert headers["x-b3-sampled"] == "1"
        assert re.fullmatch(r"[0-9a-f]{32}", sent.trace_id)


def test_as_many_requests_bring_no_ids_but_a_name_to_find_them_by() -> None:
    traffic, asked, _ = sent_to(Reply(body=PAGE), requests=5)

    undecided = [each for each in asked if each.headers["user-agent"] == traffic.undecided_agent]
    assert len(undecided) == traffic.undecided == 5
    assert not any("traceparent" in each.headers or "x-b3-traceid" in each.headers for each in undecided)


def test_the_number_of_requests_is_bounded_and_all_are_gets_of_the_page() -> None:
    _, asked, _ = sent_to(Reply(body=PAGE), requests=40)

    assert len(asked) == 1 + 40 + UNDECIDED
    assert {(each.method, each.path) for each in asked} == {("GET", "/productpage")}


def test_the_first_request_is_not_to_be_traced() -> None:
    _, asked, _ = sent_to(Reply(body=PAGE))

    assert asked[0].headers["traceparent"].endswith("-00")


def test_the_rate_is_kept() -> None:
    _, _, clock = sent_to(Reply(body=PAGE), requests=5, rate=20)

    assert clock.time == pytest.approx(9 / 20)


def test_whole_pages_pass_with_latencies() -> None:
    traffic, _, _ = sent_to(Reply(body=PAGE))

    answers, latency = traffic_findings(traffic, "bookinfo", "istio-ingress")

    assert (answers.verdict, latency.verdict) == (Verdict.PASS, Verdict.PASS)
    assert answers.evidence[0].startswith("10 of 10 requests to http://127.0.0.1:")


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (Reply(404, headers={"server": "istio-envoy"}), Cause.ROUTE_MISSING),
        (Reply(503, "no healthy upstream"), Cause.NO_HEALTHY_UPSTREAM),
        (Reply(503, "upstream connect error or disconnect/reset before headers"), Cause.NO_HEALTHY_UPSTREAM),
        (Reply(500, "oops"), Cause.TRAFFIC_FAILS),
        (Reply(301, headers={"location": "https://bookinfo.example.com/productpage"}), Cause.GATEWAY_REDIRECTS),
        (Reply(200, "<p>Error fetching product details</p>"), Cause.APPLICATION_INCOMPLETE),
        (Reply(200, "<p>Ratings service is currently unavailable</p>"), Cause.APPLICATION_INCOMPLETE),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.status}-{value.body[:12]}",
)
def test_each_wrong_answer_has_its_cause_and_fix(reply: Reply, cause: Cause) -> None:
    finding = verdict_on(reply)

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, cause)
    assert finding.fix
    assert "{namespace}" not in finding.fix


def test_the_application_that_does_not_answer_is_named() -> None:
    finding = verdict_on(Reply(200, "<p>Error fetching product reviews</p>"))

    assert finding.fix
    assert "app=reviews" in finding.fix


def test_nothing_more_is_sent_when_no_whole_page_comes() -> None:
    traffic, asked, clock = sent_to(Reply(404), requests=40)

    assert len(traffic.requests) == 1
    assert clock.time == WARM_UP
    assert len(asked) == WARM_UP + 1


def test_a_page_that_becomes_whole_is_waited_for() -> None:
    replies = iter([Reply(503, "no healthy upstream"), Reply(200, "Error fetching product reviews")])
    clock = MadeUpTime()
    with serving(lambda _: next(replies, Reply(body=PAGE))) as server:
        traffic = Sender(Load(server.url, 3, 10), silent, clock.pace()).send()

    assert not traffic.problems
    assert len(traffic.answered) == 3


def test_a_failed_request_is_not_sent_again() -> None:
    replies: Iterator[Reply] = iter([Reply(body=PAGE), Reply(500)])
    with serving(lambda _: next(replies, Reply(body=PAGE))) as server:
        traffic = Sender(Load(server.url, 3, 10), silent, MadeUpTime().pace()).send()

    assert len(server.asked) == 1 + 6
    assert [problem.cause for problem in traffic.problems] == [Cause.TRAFFIC_FAILS]
    assert len(traffic.answered) == 2


def test_a_refused_connection_is_the_gateway_s() -> None:
    (port,) = free_ports(1)
    traffic = Sender(Load(f"http://127.0.0.1:{port}", 3, 10), silent, MadeUpTime().pace()).send()

    finding = only(traffic_findings(traffic, "bookinfo", "istio-ingress"))

    assert finding.cause is Cause.GATEWAY_PORT_CLOSED
    assert finding.fix
    assert "--namespace istio-ingress" in finding.fix


def test_a_port_without_tls_is_told_from_a_closed_one() -> None:
    with serving(lambda _: Reply(body=PAGE)) as server:
        load = Load(server.url.replace("http:", "https:"), 3, 10)
        traffic = Sender(load, silent, MadeUpTime().pace()).send()

    assert [problem.cause for problem in traffic.problems] == [Cause.GATEWAY_TLS_FAILS]


def test_a_gateway_with_a_private_ca_is_trusted_once_the_ca_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    private = authority("Private CA")
    trust = Trust(private.server(new_files(), "bookinfo.example.com"))
    with serving(lambda _: Reply(body=PAGE), trust) as server:
        load = Load("https://bookinfo.example.com", 2, 10, address=f"127.0.0.1:{server.port}")
        untrusted = Sender(load, silent, MadeUpTime().pace()).send()
        monkeypatch.setenv("SSL_CERT_FILE", str(private.files.certificate))
        trusted = Sender(load, silent, MadeUpTime().pace()).send()

    assert [problem.cause for problem in untrusted.problems] == [Cause.GATEWAY_TLS_FAILS]
    assert not trusted.problems


def test_another_address_gets_the_gateway_s_host_name() -> None:
    with serving(lambda _: Reply(body=PAGE)) as server:
        load = Load("http://bookinfo.example.com", 1, 10, address=f"127.0.0.1:{server.port}")
        traffic = Sender(load, silent, MadeUpTime().pace()).send()

    assert traffic.url == f"{server.url}/productpage"
    assert {each.headers["host"] for each in server.asked} == {"bookinfo.example.com"}


def test_an_interruption_ends_the_traffic_at_once() -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with serving(lambda _: Reply(body=PAGE)) as server, pytest.raises(KeyboardInterrupt):
        Sender(Load(server.url, 50, 10), interrupt, MadeUpTime().pace()).send()

    assert len(server.asked) == 2


def test_percentiles_are_of_whole_answers_only() -> None:
    sent = Sent("1" * 32, "2" * 16)
    problem = next(iter(sent_to(Reply(500))[0].problems))
    requests = [Request(sent, number / 1000) for number in range(1, 101)] + [Request(sent, 9.0, problem)]

    assert latency_text(Traffic("u", "r", 0, 1, tuple(requests))) == "p50 50 ms, p90 90 ms, p99 99 ms"


@given(st.lists(st.floats(0, 100), min_size=1), st.sampled_from([0, 50, 90, 99, 100]))
def test_a_percentile_is_the_least_value_that_enough_values_do_not_exceed(values: list[float], share: int) -> None:
    result = percentile(values, share)

    assert result in values
    assert sum(1 for value in values if value <= result) >= len(values) * share / 100
    assert sum(1 for value in values if value < result) < max(1, len(values) * share / 100)


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile([], 50) is None
