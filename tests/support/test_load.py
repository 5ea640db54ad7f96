"""The client that asks many times a second keeps every request, and tells those that fail."""

import time
from typing import Final

from local.ports import LOOPBACK, free_ports
from local.waiting import holds_within
from tests.support.load import Load, load
from tests.support.served import Asked, Reply, serving

_RATE: Final = 200.0


def wait_for(made: Load, number: int) -> None:
    """Wait until so many requests have ended."""
    assert holds_within(30, lambda: len(made.requests) >= number, pause=0.01)


def once_in_four(asked: Asked) -> Reply:
    """Fail for the traces whose id ends with one of four digits."""
    return Reply(status=503 if asked.headers["traceparent"].split("-")[1][-1] in "0123" else 200)


def test_every_request_is_there_with_its_trace_and_its_answer() -> None:
    with serving(once_in_four) as server, load(server.url, _RATE) as made:
        wait_for(made, 50)

    assert len(made.requests) == len(server.asked) > 1
    assert {each.trace_id for each in made.requests} == {
        asked.headers["traceparent"].split("-")[1] for asked in server.asked
    }
    assert all(each.answer == (503 if each.trace_id[-1] in "0123" else 200) for each in made.requests)
    assert made.failures == [each for each in made.requests if each.trace_id[-1] in "0123"]


def test_a_refused_connection_is_a_failed_request() -> None:
    with load(f"http://{LOOPBACK}:{free_ports(1)[0]}/", _RATE) as made:
        wait_for(made, 5)

    assert made.failures == made.requests != []
    assert all("ConnectError" in str(each.answer) for each in made.failures)


def test_slow_answers_do_not_slow_the_requests_down() -> None:
    def slow(_: Asked) -> Reply:
        time.sleep(0.5)
        return Reply()

    begin = time.monotonic()
    with serving(slow) as server, load(server.url, _RATE) as made:
        wait_for(made, 40)

    assert time.monotonic() - begin < 40 * 0.5  # as long as it would take one after the other
    assert "0 failed" in made.summary()
