"""The client that asks many times a second keeps every request, and tells those that fail."""

import time
from typing import Final

from local.ports import LOOPBACK, free_ports
from tests.support.load import load
from tests.support.served import Asked, Reply, serving

_RATE: Final = 200.0


def once_in_four(asked: Asked) -> Reply:
    """Fail for the traces whose id ends with one of four digits."""
    return Reply(status=503 if asked.headers["traceparent"].split("-")[1][-1] in "0123" else 200)


def test_every_request_is_there_with_its_trace_and_its_answer() -> None:
    with serving(once_in_four) as server, load(server.url, _RATE) as made:
        time.sleep(0.5)

    assert len(made.requests) == len(server.asked) > 1
    assert {each.trace_id for each in made.requests} == {
        asked.headers["traceparent"].split("-")[1] for asked in server.asked
    }
    assert all(each.answer == (503 if each.trace_id[-1] in "0123" else 200) for each in made.requests)
    assert made.failures == [each for each in made.requests if each.trace_id[-1] in "0123"]


def test_a_refused_connection_is_a_failed_request() -> None:
    with load(f"http://{LOOPBACK}:{free_ports(1)[0]}/", _RATE) as made:
        time.sleep(0.1)

    assert made.failures == made.requests != []
    assert all("ConnectError" in str(each.answer) for each in made.failures)


def test_slow_answers_do_not_slow_the_requests_down() -> None:
    def slow(_: Asked) -> Reply:
        time.sleep(0.3)
        return Reply()

    with serving(slow) as server, load(server.url, _RATE) as made:
        time.sleep(0.5)

    assert len(made.requests) > 0.3 * _RATE  # one after the other it would be two
    assert "0 failed" in made.summary()
