"""Which backend is asked: the one that was named, or the one that is recognized by its answers."""

from collections.abc import Callable, Mapping
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


_BACKENDS: Final[Mapping[BackendKind, "Callable[[QueryApi], SpanStore]"]] = {
    BackendKind.JAEGER: Jaeger,
    BackendKind.TEMPO: Tempo,
    BackendKind.ZIPKIN: Zipkin,
    BackendKind.LIGHTSTEP: Lightstep,
}

#: How a backend is recognized, tried in this order.
_SIGNS: Final[Mapping[BackendKind, "Callable[[QueryApi], bool]"]] = {
    BackendKind.JAEGER: Jaeger.is_at,
    BackendKind.ZIPKIN: Zipkin.is_at,
    BackendKind.TEMPO: Tempo.is_at,
    BackendKind.LIGHTSTEP: Lightstep.is_at,
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
    api = QueryApi.at(url, token)
    if kind is BackendKind.AUTO:
        kind = _recognized(api)
    return _BACKENDS[kind](api)


def _recognized(api: QueryApi) -> BackendKind:
    """Return the kind of the backend that answers; of one that answers with something else, such as a page, none."""
    seen: list[str] = []
    for kind, is_at in _SIGNS.items():
        try:
            if is_at(api):
                return kind
        except QueryError as error:
            if error.cause is not Cause.QUERY_NOT_JSON:
                raise
            seen.append(error.evidence)
    raise QueryError(Cause.QUERY_UNKNOWN, seen[0] if seen else f"{api.url} is none of {', '.join(_SIGNS)}")
