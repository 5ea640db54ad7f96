"""The Gateway API's CRDs: which an existing cluster has, and which a file holds."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from packaging.version import Version

from common.files import parse_yaml, read_text
from common.plain import at, map_at
from components.configuration.machinery.api_server import PATIENCE, ask
from components.model.gateway_api import BUNDLE_VERSION, GATEWAYS, OURS, InstalledCrds, release_of

_PATH: Final = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{GATEWAYS}"

#: Bytes of the largest file: that of release 1.6.0 has 1.2 million.
_LARGEST: Final = 4 << 20

#: Where the specification of an object begins, which is not looked at: those of CRDs take a second to read.
_SPECIFICATION: Final = re.compile(r"^spec:", re.MULTILINE)

#: Their metadata alone: the CRD itself has 200 KB.
_METADATA_ONLY: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


def installed_crds(kubeconfig: str) -> InstalledCrds | None:
    """Return which of the Gateway API's CRDs a cluster has.

    Arguments:
        kubeconfig: a kubeconfig (YAML) with a current context.

    Returns:
        Their release and owner; `None` if the API server doesn't say it, as in `api_server.ask`.
    """
    return ask(kubeconfig, _asked)


def _asked(api: Any) -> Iterator[InstalledCrds]:
    request = api.param_serialize("GET", _PATH, header_params={"Accept": _METADATA_ONLY}, auth_settings=["BearerToken"])
    answer = api.call_api(*request, _request_timeout=PATIENCE)
    text = (answer.read() or b"").decode()
    yield InstalledCrds() if answer.status == HTTPStatus.NOT_FOUND else read_metadata(json.loads(text)["metadata"])


def read_metadata(metadata: Mapping[str, Any]) -> InstalledCrds:
    """Return what the metadata of the Gateways' CRD says of all of them.

    Raises:
        ValueError: if they name no release.
    """
    version = release_of(at(metadata, "annotations", BUNDLE_VERSION))
    return InstalledCrds(version, ours=OURS.items() <= map_at(metadata, "labels").items())


@dataclass(frozen=True)
class CrdFile:
    """A file with the Gateway API's CRDs.

    Arguments:
        text: its path, relative to the project.
        release: the Gateway API release that they are of.
    """

    text: str
    release: Version

    @classmethod
    def read(cls, text: str, path: Path) -> "CrdFile":
        """Read the release off the CRDs in a file.

        Arguments:
            text: the path as the user wrote it.
            path: where that is.

        Raises:
            ValueError: if the file can't be read or doesn't hold the CRD of Gateways with its release.
        """
        texts = re.split(r"^---\s*$", read_text(path, _LARGEST), flags=re.MULTILINE)
        heads = (parse_yaml(_SPECIFICATION.split(each, maxsplit=1)[0]) for each in texts)
        found = [head for head in heads if at(head, "metadata", "name") == GATEWAYS]
        if not found:
            raise ValueError(f"the file holds no CRD {GATEWAYS}")
        try:
            release = release_of(at(found[0], "metadata", "annotations", BUNDLE_VERSION))
        except ValueError as error:
            raise ValueError(f"its CRD {GATEWAYS} has no annotation {BUNDLE_VERSION} with a release") from error
        return cls(str(Path(text).expanduser()), release)

    def __str__(self) -> str:
        return self.text
