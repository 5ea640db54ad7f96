"""Which backend is asked: the one that was named, or the one that is recognized by its answers."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from verify.backends.backend import SpanStore
from verify.backends.jaeger import Jaeger
from verify.backends.lightstep import Lightstep
from verify.backends.query import QueryApi, QueryError
from verify.backends.tempo import Tempo
from verify.backends.zipkin import Zipkin
from verify.causes import Cause


class BackendKind(StrEnum):
    """Values of `--backend`.

    - `auto` recognizes the backend by its answers.
    - `collector` asks no backend: then the Collector's counters alone say that spans leave.
    """

    AUTO = "auto"
    JAEGER = "jaeger"
    TEMPO = "tempo"
    ZIPKIN = "zipkin"
    LIGHTSTEP = "lightstep"
    COLLECTOR = "collector"


#: The kinds that can be asked, in the order in which `auto` tries them.
_BACKENDS: Final[Mapping[BackendKind, type[SpanStore]]] = {
    BackendKind.JAEGER: Jaeger,
    BackendKind.ZIPKIN: Zipkin,
    BackendKind.TEMPO: Tempo,
    BackendKind.LIGHTSTEP: Lightstep,
}


def choose(kind: BackendKind, url: str, environment: Mapping[str, str], token_variable: str | None) -> SpanStore:
    """Return the backend to ask.

    Arguments:
        kind: its kind; not `collector`.
        url: the address of its query API.
        environment: environment variables.
        token_variable: the one that holds the query API's token; `None` sends none.

    Raises:
        QueryError: if the variable is not set, nobody answers, or what answers is of no known kind.
    """
    token = environment.get(token_variable) if token_variable else None
    if token_variable and not token:
        raise QueryError(Cause.QUERY_REFUSED, f"the environment variable {token_variable} is not set")
    api = QueryApi(url, token)
    return _recognized(api) if kind is BackendKind.AUTO else _BACKENDS[kind](api)


def _recognized(api: QueryApi) -> SpanStore:
    """Return the backend that answers; one that answers with something else, such as a page, is none."""
    seen: list[str] = []
    for kind in _BACKENDS.values():
        backend = kind(api)
        try:
            if backend.answers():
                return backend
        except QueryError as error:
            if error.cause is not Cause.QUERY_NOT_JSON:
                raise
            seen.append(error.evidence)
    raise QueryError(Cause.QUERY_UNKNOWN, seen[0] if seen else f"{api.url} is none of {', '.join(_BACKENDS)}")
