"""Asking a query API: GET only, and every way in which it can go wrong as one named cause."""

import contextlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

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


@dataclass(frozen=True)
class QueryApi:
    """A query API over HTTP.

    Arguments:
        url: its address, without a slash at the end.
        token: what is sent as `Authorization: Bearer …`; `None` (default) sends none.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_PATIENCE), repr=False)

    @classmethod
    def at(cls, url: str, token: str | None = None) -> Self:
        """Return the API at `url`."""
        return cls(url.rstrip("/"), token)

    def get(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Any:
        """Return the answer's JSON; `None` if there is no such thing (404).

        Raises:
            QueryError: if nobody answers, the credentials are refused, or the answer is no JSON.
        """
        response = self._send(path, parameters or {})
        if response.status_code in {401, 403}:
            raise QueryError(Cause.QUERY_REFUSED, f"{self._where(path)} answers {response.status_code}")
        if response.status_code == 404:
            return None
        if response.is_redirect:
            expected = httpx.URL(response.headers.get("location", "")).copy_with(query=None, fragment=None)
            raise QueryError(Cause.QUERY_NOT_JSON, f"{self._where(path)} sends elsewhere: {expected}")
        if not response.is_success:
            raise QueryError(Cause.QUERY_UNREACHABLE, f"{self._where(path)} answers {response.status_code}")
        try:
            return response.json()
        except ValueError:
            kind = response.headers.get("content-type", "nothing")
            raise QueryError(Cause.QUERY_NOT_JSON, f"{self._where(path)} answers with {kind}, not JSON") from None

    def _send(self, path: str, parameters: Mapping[str, str | int]) -> httpx.Response:
        headers = {"accept": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        try:
            return self._client.get(f"{self.url}{path}", params=dict(parameters), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise QueryError(Cause.QUERY_UNREACHABLE, f"{self.url}: {reason}") from error

    def _where(self, path: str) -> str:
        return f"{self.url}{path}"


@contextlib.contextmanager
def answers_of(api: QueryApi, what: str) -> Generator[None]:
    """Read answers of a kind of backend.

    Raises:
        QueryError: if they are not what that kind of backend answers.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise QueryError(Cause.QUERY_UNKNOWN, f"{api.url} answers with JSON, but not as {what} does") from error
