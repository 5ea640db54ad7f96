"""Genuine Istio for the tests: its charts, rendered by helm, and its own manifests of Bookinfo."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from components.constants.names import ISTIO_NAMESPACE
from local.toolchain.programs import NEWEST_ISTIO, Purpose
from local.toolchain.toolchain import ensure

#: The newest release that the sandbox runs.
RELEASE: Final = NEWEST_ISTIO

#: Longest that one chart may take to render, in seconds; it takes a fraction of one.
_PATIENCE: Final = 60

Document = dict[str, Any]


class RenderError(Exception):
    """A chart that refuses its values; the message is helm's."""


@dataclass(frozen=True)
class Istio:
    """One release of Istio.

    Arguments:
        release: its version.
        charts: the folder with its charts: `base` and `istiod`, or up to 1.5 `istio-init` and `istio`.
        samples: its folder `samples`.
        helm: the program `helm`.
    """

    release: str
    charts: Path
    samples: Path
    helm: Path

    @classmethod
    def obtain(cls, release: str = RELEASE) -> "Istio":
        """Return a release of `istio_files.CHART_RELEASES`, having built or fetched what is missing of it."""
        toolchain = ensure((Purpose.TEST,), only=["helm"], releases=[release])
        return cls(release, toolchain.charts(release), toolchain.samples(release), toolchain.program("helm"))

    def render(
        self,
        chart: str,
        values: Mapping[str, Any],
        name: str | None = None,
        kubernetes: str | None = None,
    ) -> list[Document]:
        """Return all that a chart makes of `values`.

        Arguments:
            chart: name of one of its charts.
            values: its values.
            name: name of the release; default: the chart's own.
            kubernetes: version of the cluster, for example `1.16.0`; default: the one that helm was built for.

        Raises:
            RenderError: if the chart refuses the values.
        """
        rendered = subprocess.run(
            [
                *(str(self.helm), "template", name or chart, str(self.charts / chart)),
                *("--namespace", ISTIO_NAMESPACE, "--include-crds", "--values", "-"),
                *(("--kube-version", kubernetes) if kubernetes else ()),
            ],
            input=json.dumps(values),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if rendered.returncode != 0:
            raise RenderError(rendered.stderr)
        return _documents(rendered.stdout)

    def bookinfo(self) -> list[Document]:
        """Return Istio's own manifests of Bookinfo: the applications and the route to them."""
        folder = self.samples / "bookinfo"
        names = ("platform/kube/bookinfo.yaml", "networking/bookinfo-gateway.yaml")
        return [document for name in names for document in _documents((folder / name).read_text(encoding="utf-8"))]

    def bookinfo_by_gateway_api(self) -> list[Document]:
        """Return Istio's own Gateway and HTTPRoute of Bookinfo."""
        path = self.samples / "bookinfo/gateway-api/bookinfo-gateway.yaml"
        return _documents(path.read_text(encoding="utf-8"))


def the(documents: list[Document], kind: str, name: str) -> Document:
    """Return the one document of that kind and name."""
    (found,) = (each for each in documents if each["kind"] == kind and each["metadata"]["name"] == name)
    return found


def of_kind(documents: list[Document], kind: str) -> list[Document]:
    """Return the documents of a kind."""
    return [each for each in documents if each["kind"] == kind]


def _documents(text: str) -> list[Document]:
    return [document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document]
