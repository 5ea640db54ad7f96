"""Google's own descriptions of its APIs: the discovery documents that `google-api-python-client` carries."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

#: First word of a method's id -> the version of its API that the genuine provider calls.
VERSIONS: Final[Mapping[str, str]] = {
    "cloudresourcemanager": "v1",
    "compute": "beta",
    "container": "v1beta1",
    "iam": "v1",
    "serviceusage": "v1",
}


@dataclass(frozen=True)
class Method:
    """A method of one of Google's APIs.

    Arguments:
        id: for example `compute.networks.insert`.
        verb: of HTTP.
        url: with placeholders such as `{project}` or `{+parent}`.
        parameters: name -> its schema, and whether it is `required`.
        request: name of the schema of its body; empty: it has none.
        response: name of the schema of its answer.
    """

    id: str
    verb: str
    url: str
    parameters: Mapping[str, Any]
    request: str
    response: str

    @property
    def api(self) -> str:
        """The first word of its id."""
        return self.id.partition(".")[0]


@cache
def document(api: str) -> Mapping[str, Any]:
    """Return the description of an API, for example of `compute`."""
    name = f"{api}.{VERSIONS[api]}.json"
    return json.loads((files("googleapiclient") / "discovery_cache" / "documents" / name).read_text(encoding="utf-8"))


def schema(api: str, name: str) -> Mapping[str, Any]:
    """Return the schema `name` of an API."""
    return document(api)["schemas"][name]


def method(id_: str) -> Method:
    """Return the method with an id.

    Raises:
        KeyError: if Google describes none.
    """
    return _methods(id_.partition(".")[0])[id_]


@cache
def _methods(api: str) -> Mapping[str, Method]:
    described = document(api)
    base = described["rootUrl"] + described["servicePath"]
    return {
        each["id"]: Method(
            id=each["id"],
            verb=each["httpMethod"],
            url=base + each["path"],
            parameters=each.get("parameters", {}),
            request=each.get("request", {}).get("$ref", ""),
            response=each.get("response", {}).get("$ref", ""),
        )
        for each in _below(described)
    }


def _below(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from part.get("methods", {}).values()
    for each in part.get("resources", {}).values():
        yield from _below(each)
