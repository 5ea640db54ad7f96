"""Facts that others recorded of Google and of the genuine provider, each with its source; read by tests and docs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class ResourceFacts:
    """What the genuine provider was recorded to do for one type of resource.

    Arguments:
        type: its type token.
        recordings: folders of the recordings.
        inputs: an example of our own.
        filled_in: what Check fills in.
        answers: what Create answers beyond the inputs.
        explained: property -> why the double differs.
    """

    type: str
    recordings: list[str]
    inputs: Mapping[str, Any]
    filled_in: Mapping[str, Any]
    answers: Mapping[str, Any]
    explained: Mapping[str, str]

    @property
    def compared(self) -> set[str]:
        """The properties that were compared."""
        return {*self.filled_in, *self.answers, *self.explained}


def provider_facts() -> list[ResourceFacts]:
    """Return what was recorded of the genuine provider, type by type."""
    return [
        ResourceFacts(
            each["type"], each["recordings"], each["inputs"], each["filledIn"], each["answers"], each["explained"]
        )
        for each in _read("provider")["resources"]
    ]


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Together:
    """Fields that nobody was seen to ask for together.

    Arguments:
        fields: their paths in a cluster.
        what: what they mean together.
        open: what is not known.
    """

    fields: list[str]
    what: str
    open: str


@dataclass(frozen=True)
class ClusterFacts:
    """What others were granted by the genuine GKE API.

    Arguments:
        recordings: how many creations were recorded.
        asked: path of a field in a cluster -> the recordings that have it, or in words how many.
        never_recorded: path of a field that none has -> what acceptance tests of Google's provider call it.
        never_together: fields that nobody asked for together.
    """

    recordings: int
    asked: Mapping[str, list[str] | str]
    never_recorded: Mapping[str, str]
    never_together: list[Together]


def cluster_facts() -> ClusterFacts:
    """Return what is known of recorded requests for clusters."""
    read = _read("clusters")
    together = [Together(**each) for each in read["neverTogether"]]
    return ClusterFacts(read["recordings"], read["asked"], read["neverRecorded"], together)


def field_paths(value: Any, path: str = "") -> set[str]:
    """Return the path of every field of a request that holds a value; of lists and empty objects their own."""
    if isinstance(value, Mapping) and value:
        entries: Mapping[str, Any] = {str(key): item for key, item in cast("Mapping[Any, Any]", value).items()}
        return {each for key, item in entries.items() for each in field_paths(item, f"{path}.{key}" if path else key)}
    return {path}
