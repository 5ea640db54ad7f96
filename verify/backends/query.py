"""Asking a query API: GET only, and every way in which it can go wrong as one named cause."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from verify.causes import Cause

#: Longest wait for one answer, in seconds.
_PATIENCE: Final = 10.0


class QueryError(Exception):
    """A query API can't be asked.

    Arguments:
        cause: why.
        evidence: what was seen; never a token.
    """

    def __init__(self, cause: Cause, evidence: str) -> None:
        super().__init__(evidence)
        self.cause = cause
        self.evidence = evidence


class QueryApi:
    """A query API over HTTP.

    Arguments:
        url: its address.
        token: what is sent as `Authorization: Bearer …`; `None` sends none.
        transport: what brings requests there; `None` (default) is the network.
    """

    def __init__(self, url: str, token: str | None, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        headers = {"accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._client = httpx.Client(headers=headers, timeout=_PATIENCE, transport=transport)

    def get(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Any:
        """Return the answer's JSON; `None` if there is no such thing (404).

        Raises:
            QueryError: if nobody answers, the credentials are refused, or the answer is no JSON.
        """
        where = f"{self.url}{path}"
        try:
            response = self._client.get(where, params=dict(parameters or {}))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise QueryError(Cause.QUERY_UNREACHABLE, f"{self.url}: {reason}") from error
        if response.status_code in {401, 403}:
            raise QueryError(Cause.QUERY_REFUSED, f"{where} answers {response.status_code}")
        if response.status_code == 404:
            return None
        if response.is_redirect:
            goal = httpx.URL(response.headers.get("location", "")).copy_with(query=None, fragment=None)
            raise QueryError(Cause.QUERY_NOT_JSON, f"{where} sends elsewhere: {goal}")
        if not response.is_success:
            raise QueryError(Cause.QUERY_UNREACHABLE, f"{where} answers {response.status_code}")
        try:
            return response.json()
        except ValueError:
            kind = response.headers.get("content-type", "nothing")
            raise QueryError(Cause.QUERY_NOT_JSON, f"{where} answers with {kind}, not JSON") from None
