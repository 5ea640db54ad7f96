"""What an answer to a request for Bookinfo's page says: whether the page is whole, or which link is broken."""

import ssl
from dataclasses import dataclass
from typing import Final

import httpx

from components.model.bookinfo import DETAILS, PRODUCTPAGE, RATINGS, REVIEWS
from verify.causes import Cause

#: What the page or its parts say when an application behind them did not answer, and which one that is
#: (`samples/bookinfo/src/productpage/templates/productpage.html` and `LibertyRestEndpoint.java` in Istio's repository).
_BROKEN_PARTS: Final = {
    "Error fetching product details": DETAILS,
    "Error fetching product reviews": REVIEWS,
    "Ratings service is currently unavailable": RATINGS,
}

#: What Envoy answers with 503 when it has a route, but nobody to send the request to.
_NO_UPSTREAM: Final = ("no healthy upstream", "upstream connect error", "no_healthy_upstream")


@dataclass(frozen=True)
class BadAnswer:
    """What is wrong with an answer.

    Arguments:
        cause: what is broken.
        evidence: what was seen.
        application: the application of Bookinfo that is meant. Default: the product page.
    """

    cause: Cause
    evidence: str
    application: str = PRODUCTPAGE


def problem_with(response: httpx.Response) -> BadAnswer | None:
    """Return what is wrong with an answer; `None` if it is the whole page."""
    if response.is_redirect:
        location = response.headers.get("location", "nowhere")
        return BadAnswer(Cause.GATEWAY_REDIRECTS, f"{response.status_code} to {location}")
    if response.status_code == 404:
        return BadAnswer(Cause.ROUTE_MISSING, _said(response))
    if response.status_code == 503 and any(sign in response.text for sign in _NO_UPSTREAM):
        return BadAnswer(Cause.NO_HEALTHY_UPSTREAM, _said(response))
    if response.status_code != 200:
        return BadAnswer(Cause.TRAFFIC_FAILS, _said(response))
    for sign, application in _BROKEN_PARTS.items():
        if sign in response.text:
            return BadAnswer(Cause.APPLICATION_INCOMPLETE, f"the page says: {sign}", application)
    return None


def problem_of(error: httpx.HTTPError) -> BadAnswer:
    """Return what is wrong where no answer came."""
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return BadAnswer(Cause.TRAFFIC_FAILS, f"no answer in time ({type(error).__name__})")
    if _is_about_tls(error):
        return BadAnswer(Cause.GATEWAY_TLS_FAILS, reason)
    if isinstance(error, httpx.ConnectError):
        return BadAnswer(Cause.GATEWAY_PORT_CLOSED, reason)
    return BadAnswer(Cause.TRAFFIC_FAILS, reason)


def _is_about_tls(error: BaseException | None) -> bool:
    """Tell whether an error, or one that it comes from, is about TLS."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _said(response: httpx.Response) -> str:
    """Return the status, who answered, and how the text begins."""
    text = " ".join(response.text.split())[:80]
    server = response.headers.get("server", "a server without a name")
    return f"{response.status_code} from {server}" + (f": {text}" if text else "")
