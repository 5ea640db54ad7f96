"""Where Istio's charts come from."""

from dataclasses import dataclass
from typing import Any

import pulumi_kubernetes as kubernetes


@dataclass(frozen=True)
class ChartSource:
    """Where Istio's charts come from.

    Arguments:
        location: `oci://<registry>/<path>`, `https://<repository>`, or a local folder that holds one folder
            for each chart.
        version: exact version of the charts, for example `1.31.4`.
    """

    location: str
    version: str

    def arguments(self, chart: str) -> dict[str, Any]:
        """Return the arguments of a `helm.v4.Chart` for the chart named `chart`."""
        if self.location.startswith(("https://", "http://")):
            repository = kubernetes.helm.v4.RepositoryOptsArgs(repo=self.location)
            return {"chart": chart, "version": self.version, "repository_opts": repository}
        path = f"{self.location.rstrip('/')}/{chart}"
        if self.location.startswith("oci://"):
            return {"chart": path, "version": self.version}
        return {"chart": path}
