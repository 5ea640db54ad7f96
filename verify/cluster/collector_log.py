"""What the Collector's log says of its exports: known complaints, and which link of the chain each breaks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final

from verify.causes import Cause
from verify.cluster.collector_counters import is_of_mirror

#: The Collector retries after 30 s at the latest (`RETRY_ON_FAILURE` in its configuration), and over HTTP an attempt
#: has another 30 s: a complaint that is older than this, with none behind it, is over.
CURRENT: Final = timedelta(seconds=75)

#: In the order in which they are tried: the first that is found in a line decides.
#: From Go's crypto/x509, crypto/tls, net and grpc-go, as the Collector passes them on (v0.160.0).
_COMPLAINTS: Final = (
    (r"x509: |tls: failed to verify|certificate signed by unknown authority", Cause.CA_DOES_NOT_VERIFY_BACKEND),
    (
        r"first record does not look like a TLS handshake|server gave HTTP response to HTTPS",
        Cause.BACKEND_SPEAKS_PLAIN_TEXT,
    ),
    (
        r"code = (?:Unauthenticated|PermissionDenied)|HTTP Status Code 40[13]|status code 40[13]",
        Cause.TOKEN_REFUSED,
    ),
    (r"no such host|produced zero addresses|name resolver error|no children to pick from", Cause.BACKEND_NAME_UNKNOWN),
    (r"DeadlineExceeded|context deadline exceeded|i/o timeout|Client\.Timeout exceeded", Cause.BACKEND_TOO_SLOW),
    (
        r"connection refused|connection reset|code = Unavailable|no route to host|network is unreachable|EOF",
        Cause.BACKEND_REFUSES_CONNECTIONS,
    ),
)

#: Lines of the exporters; everything else in the log is about something else.
_OF_EXPORTS: Final = re.compile(r"Exporting failed|Dropping data|createTransport failed", re.IGNORECASE)

#: What grpc-go says of a TLS handshake that came to no end.
_CUT_OFF: Final = "authentication handshake failed"

#: A refusal's status, and behind it what the backend says of it.
_REFUSAL: Final = re.compile(r"(code = \w+|HTTP Status Code \d+|status code \d+)\b.*", re.DOTALL)

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
_LONGEST: Final = 300


@dataclass(frozen=True)
class Complaint:
    """The newest complaint of a Collector about its backend.

    Arguments:
        cause: what is broken.
        line: what the log says, without anything that may be a credential.
    """

    cause: Cause
    line: str


#: The exporter that writes a line.
_EXPORTER: Final = re.compile(r'"otelcol\.component\.id": "([^"]+)"')


def of_backend(lines: Iterable[str], *, mirror: bool) -> list[str]:
    """Return the lines about one of two backends; what names no exporter can't be told to be about either."""
    named = ((line, _EXPORTER.search(line)) for line in lines)
    return [line for line, found in named if found and is_of_mirror(found[1]) is mirror]


def newest_complaint(lines: Iterable[str], now: datetime) -> Complaint | None:
    """Return the newest complaint that still holds; `None` if there is none.

    A port that speaks plain text cuts some handshakes off before it has said anything, as a backend that is down
    behind a sidecar does: as long as another attempt has told the one from the other, that one counts.

    Arguments:
        lines: the log, oldest first.
        now: the time, with its zone.
    """
    of_exports = (line for line in reversed(list(lines)) if _OF_EXPORTS.search(line))
    current = list(takewhile(lambda line: now - _time(line, now) < CURRENT, of_exports))
    if not current:
        return None
    telling = current[0]
    if _CUT_OFF in telling and _cause(telling) is Cause.BACKEND_REFUSES_CONNECTIONS:
        telling = next((line for line in current if _cause(line) is Cause.BACKEND_SPEAKS_PLAIN_TEXT), telling)
    cause = _cause(telling)
    return Complaint(cause, _shown(telling, cause))


def _cause(line: str) -> Cause:
    return next((cause for pattern, cause in _COMPLAINTS if re.search(pattern, line)), Cause.BACKEND_REFUSES_SPANS)


def _shown(line: str, cause: Cause) -> str:
    """Return the error in a log line; the rest are names of components and Go's stack.

    Of a refusal of the token the backend's own words are left out: some name the token (the Collector's own
    `bearertokenauth` says "scheme or token does not match: <token>").
    """
    found = re.search(r'"error": "((?:[^"\\]|\\.)*)"', line)
    error = found.group(1) if found else line
    if cause is Cause.TOKEN_REFUSED:
        error = re.sub(_REFUSAL, r"\1 (the backend's words are not shown)", error)
    return error[:_LONGEST]


def _time(line: str, otherwise: datetime) -> datetime:
    found = _TIME.search(line)
    try:
        moment = datetime.fromisoformat(found.group()) if found else otherwise
    except ValueError:
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
