"""A kubeconfig file, read once, and cut down to the one context that the program uses.

Cutting down matters: the result is kept in Pulumi's state and in a stack output, and a person's own kubeconfig often
holds the credentials of other clusters too.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import yaml

from common.files import UnreadableFileError, read_file, read_yaml

Entry: TypeAlias = dict[str, Any]

#: An entry's key that names a file -> the key under which the file's content is embedded instead.
_EMBEDDED: Final[Mapping[str, str]] = {
    "certificate-authority": "certificate-authority-data",
    "client-certificate": "client-certificate-data",
    "client-key": "client-key-data",
}


@dataclass(frozen=True)
class Kubeconfig:
    """What a kubeconfig file holds.

    Arguments:
        path: the file.
        clusters: name -> cluster.
        users: name -> credentials.
        contexts: name -> context.
        current_context: the context that the file selects; `None` if it selects none.
    """

    path: Path
    clusters: Mapping[str, Entry] = field(repr=False)
    users: Mapping[str, Entry] = field(repr=False)
    contexts: Mapping[str, Entry]
    current_context: str | None

    @classmethod
    def read(cls, path: Path) -> "Kubeconfig":
        """Read a kubeconfig file.

        Raises:
            ValueError: if the file can't be read, is not YAML, or is not a kubeconfig.
        """
        content = _yaml_mapping(path)
        if content.get("kind", "Config") != "Config" or not isinstance(content.get("contexts"), list):
            raise ValueError("the file is not a kubeconfig: it lists no contexts")
        return cls(
            path=path,
            clusters=_named(content, "clusters", "cluster"),
            users=_named(content, "users", "user"),
            contexts=_named(content, "contexts", "context"),
            current_context=content.get("current-context") or None,
        )

    def only(self, context: str) -> str:
        """Return a kubeconfig (YAML) that holds nothing but one context, with the files that it names embedded.

        Arguments:
            context: name of the context; it becomes the current one.

        Raises:
            ValueError: if the file has no such context, if that names a cluster or user which the file doesn't have,
                or if a certificate or key that it names can't be read.
        """
        chosen = self.contexts.get(context)
        if chosen is None:
            known = ", ".join(sorted(self.contexts)) or "none"
            raise ValueError(f"the kubeconfig has no context '{context}'; its contexts are: {known}")
        cluster, user = str(chosen.get("cluster", "")), str(chosen.get("user", ""))
        if cluster not in self.clusters:
            raise ValueError(f"context '{context}' names a cluster that the kubeconfig doesn't have")
        if user not in self.users:
            raise ValueError(f"context '{context}' names a user that the kubeconfig doesn't have")
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "clusters": [{"name": cluster, "cluster": self._embedded(self.clusters[cluster])}],
            "contexts": [{"name": context, "context": chosen}],
            "users": [{"name": user, "user": self._embedded(self.users[user])}],
        }
        return yaml.safe_dump(content, sort_keys=False)

    def _embedded(self, entry: Entry) -> Entry:
        """Return `entry` with the contents of the files that it names; they are relative to the kubeconfig's folder."""
        result = dict(entry)
        for names_file, holds_data in _EMBEDDED.items():
            named = result.pop(names_file, None)
            if not named or result.get(holds_data):  # embedded data wins, as it does for kubectl
                continue
            result[holds_data] = base64.b64encode(self._named_file(names_file, named)).decode("ascii")
        if result.get("tokenFile"):  # read anew by each client, since such tokens are renewed
            self._named_file("tokenFile", result["tokenFile"])
            result["tokenFile"] = str((self.path.parent / str(result["tokenFile"])).absolute())
        return result

    def _named_file(self, key: str, name: object) -> bytes:
        try:
            return read_file(self.path.parent / str(name))
        except UnreadableFileError as error:
            raise ValueError(f"the file that {key} names can't be read: {error}") from error


def _yaml_mapping(path: Path) -> Entry:
    try:
        content = read_yaml(path)
    except UnreadableFileError as error:
        raise ValueError(f"the file can't be read: {error}") from error
    if not isinstance(content, dict):
        raise ValueError("the file is not a kubeconfig: it is no mapping")
    return cast("Entry", content)


def _named(content: Entry, section: str, noun: str) -> dict[str, Entry]:
    """Return the entries of a section by name, leaving out what has no name or no content."""
    found: dict[str, Entry] = {}
    listed: object = content.get(section)
    for item in cast("list[object]", listed) if isinstance(listed, list) else []:
        if not isinstance(item, dict):
            continue
        named = cast("Entry", item)
        if isinstance(named.get("name"), str) and isinstance(named.get(noun), dict):
            found[named["name"]] = named[noun]
    return found
