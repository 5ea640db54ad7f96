"""What Bookinfo consists of, as plain data that needs no engine: its applications, their versions, port and names."""

from dataclasses import dataclass
from typing import Final

#: TCP port that every one of the applications listens on.
PORT: Final = 9080

#: Tag of all of Bookinfo's images in the manifests of Istio 1.27 to 1.31.
IMAGE_TAG: Final = "1.20.3"

#: Labels of everything that is Bookinfo's.
LABELS: Final = {"app.kubernetes.io/part-of": "bookinfo", "app.kubernetes.io/managed-by": "pulumi"}

#: The applications: the one that requests come to, with the path of its page, and those behind it.
PRODUCTPAGE: Final = "productpage"
PAGE: Final = f"/{PRODUCTPAGE}"
DETAILS: Final = "details"
RATINGS: Final = "ratings"
REVIEWS: Final = "reviews"


@dataclass(frozen=True)
class Application:
    """One of Bookinfo's applications.

    Arguments:
        name: its name, and that of its Service.
        versions: its Deployments, one a version.
        empty_dirs: scratch volumes: volume name -> where it is mounted.
        environment: environment variables.
        pod_annotations: annotations of its Pods.
    """

    name: str
    versions: tuple[str, ...] = ("v1",)
    empty_dirs: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    pod_annotations: tuple[tuple[str, str], ...] = ()


APPLICATIONS: Final = (
    Application(DETAILS),
    Application(RATINGS),
    Application(
        REVIEWS,
        versions=("v1", "v2", "v3"),
        empty_dirs=(("tmp", "/tmp"), ("wlp-output", "/opt/ibm/wlp/output")),  # noqa: S108 - a path in the container
        environment=(("LOG_DIR", "/tmp/logs"),),  # noqa: S108 - the same
    ),
    Application(
        PRODUCTPAGE,
        empty_dirs=(("tmp", "/tmp"),),  # noqa: S108 - the same
        pod_annotations=(
            ("prometheus.io/scrape", "true"),
            ("prometheus.io/port", str(PORT)),
            ("prometheus.io/path", "/metrics"),
        ),
    ),
)


def account_of(application: str) -> str:
    """Return the name of an application's ServiceAccount, which its versions share."""
    return f"bookinfo-{application}"
