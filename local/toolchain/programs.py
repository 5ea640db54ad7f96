"""The programs of the toolchain: one readable table. Versions stand in the go.mod files under `local/tools`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from local.errors import SandboxError
from local.paths import TOOLS


class Purpose(StrEnum):
    """What a program is needed for: `up` for every sandbox, `demo` for a real node, `test` for the tests on top."""

    UP = "up"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True)
class Program:
    """One program that `go build` makes.

    Arguments:
        name: its file name in the toolchain's `bin` folder.
        tool: the folder under `local/tools` that holds its go.mod.
        package: the Go package to build; `.` is the main.go beside the go.mod, and a path that ends in `.go` is a file,
            which is built with this tool's go.mod.
        source: the Go module that the program comes from; the go.mod says at which version.
        minutes: expected duration of a build with empty caches on 2 cores, after those above it in the table.
        purpose: what it is needed for.
        variables: makes the link-time variables (`-X`) from the source's version.
        release: the version that people know it by, where the Go module's version is only a commit.
        on_path: whether the same program on PATH serves as well.
    """

    name: str
    tool: str
    package: str
    source: str
    minutes: float
    purpose: Purpose = Purpose.UP
    variables: Callable[[str], Mapping[str, str]] = lambda _version: {}
    release: str | None = None
    on_path: bool = False

    @property
    def own_files(self) -> list[Path]:
        """The files that decide what is built: go.mod, go.sum, and our own Go files, main.go first."""
        folder = TOOLS / self.tool
        main = folder / (self.package if self.package.endswith(".go") else "main.go")
        others = sorted(set(folder.glob("*.go")) - {main}) if self.package == "." else []
        return [folder / "go.mod", folder / "go.sum", main, *others]

    @property
    def source_version(self) -> str:
        """Version of `source` in the go.mod, for example `v1.33.13`."""
        return required_version((TOOLS / self.tool / "go.mod").read_text(encoding="utf-8"), self.source)

    @property
    def istio_release(self) -> str | None:
        """The Istio release that it serves; None if it serves all."""
        return self.release if self.source == ISTIO_MODULE else None

    @property
    def title(self) -> str:
        """For example `kube-apiserver (k8s.io/kubernetes v1.33.13)`."""
        return f"{self.name} ({self.source} {self.release or self.source_version})"

    @property
    def linker_flags(self) -> str:
        """What `-ldflags` gets: no symbol tables, and the variables."""
        assignments = (f"-X {name}={value}" for name, value in self.variables(self.source_version).items())
        return " ".join(("-s -w", *assignments))


def required_version(go_mod: str, module: str) -> str:
    """Return the version at which the text of a go.mod requires `module`.

    Raises:
        SandboxError: if it does not require it.
    """
    match = re.search(rf"^(?:require)?\s*{re.escape(module)}\s+(v\S+)", go_mod, re.MULTILINE)
    if match is None:
        raise SandboxError(f"no go.mod requires {module}: local/toolchain/programs.py and local/tools disagree.")
    return match[1]


def _pulumi_variables(version: str) -> Mapping[str, str]:
    """Without this `pulumi version` prints nothing."""
    return {f"{_PULUMI}/sdk/v3/go/common/version.Version": version}


def _kubernetes_variables(version: str) -> Mapping[str, str]:
    """Without these a server calls itself v0.0.0 and clients refuse it."""
    major, minor, _patch = version.removeprefix("v").split(".")
    package = "k8s.io/component-base/version"
    return {f"{package}.gitVersion": version, f"{package}.gitMajor": major, f"{package}.gitMinor": minor}


def _jaeger_variables(version: str) -> Mapping[str, str]:
    """Without this `jaeger version` prints nothing."""
    return {f"{_JAEGER}/pkg/version.latestVersion": version}


def _istio_variables(release: str, package: str) -> Callable[[str], Mapping[str, str]]:
    """Istio's programs compare this version with the charts'."""

    def variables(version: str) -> Mapping[str, str]:
        return {
            f"{package}.buildVersion": release,
            f"{package}.buildTag": release,
            f"{package}.buildGitRevision": version.rpartition("-")[2],
            f"{package}.buildStatus": "Clean",
        }

    return variables


def _provider_version() -> str:
    """Return the version that the Kubernetes provider's main.go serves as."""
    text = (TOOLS / "pulumi-resource-kubernetes" / "main.go").read_text(encoding="utf-8")
    match = re.search(r'Serve\("kubernetes", "([^"]+)"', text)
    if match is None:
        raise SandboxError("local/tools/pulumi-resource-kubernetes/main.go names no version of the provider.")
    return match[1]


#: Version of Pulumi's Kubernetes provider; requirements.txt pins the SDK to the same.
PROVIDER_VERSION: Final = _provider_version()


@dataclass(frozen=True)
class IstioTool:
    """What is built of one Istio release.

    Arguments:
        folder: its folder under `local/tools`.
        minutes: its programs, and how long each takes to build.
        version_package: the Go package with the variables that hold its version.
    """

    folder: str
    minutes: Mapping[str, float]
    version_package: str = "istio.io/istio/pkg/version"


#: The Istio releases that programs are built of. `main` is the main branch at a certain day, the next release to come.
ISTIO_TOOLS: Final[Mapping[str, IstioTool]] = {
    "1.15.0": IstioTool(
        "istio-1.15", {"pilot-discovery": 3, "istioctl": 0.5, "mesh-check": 0.5}, "istio.io/pkg/version"
    ),
    "1.26.0": IstioTool("istio-1.26", {"pilot-discovery": 3.5, "istioctl": 0.5, "mesh-check": 0.5}),
    "1.27.0": IstioTool("istio-1.27", {"pilot-discovery": 4, "pilot-agent": 1, "istioctl": 2, "mesh-check": 0.5}),
    "main": IstioTool("istio-main", {"mesh-check": 1}),
}

#: The Istio releases that the sandbox can run, the oldest first.
ISTIOD_RELEASES: Final = tuple(release for release, tool in ISTIO_TOOLS.items() if "pilot-discovery" in tool.minutes)

#: Istio's Go module.
ISTIO_MODULE: Final = "istio.io/istio"

#: kwok's Go module.
KWOK_MODULE: Final = "sigs.k8s.io/kwok"

_PULUMI: Final = "github.com/pulumi/pulumi"
_KUBERNETES: Final = "k8s.io/kubernetes"
_JAEGER: Final = "github.com/jaegertracing/jaeger"
_ACTIONLINT: Final = "github.com/rhysd/actionlint"


def _kubernetes(name: str, minutes: float, purpose: Purpose = Purpose.UP, *, on_path: bool = False) -> Program:
    package = f"{_KUBERNETES}/cmd/{name}"
    return Program(
        name, "kubernetes", package, _KUBERNETES, minutes, purpose, variables=_kubernetes_variables, on_path=on_path
    )


#: The packages of Istio's programs, and what each is needed for.
_ISTIO_PACKAGES: Final = {
    "pilot-discovery": (f"{ISTIO_MODULE}/pilot/cmd/pilot-discovery", Purpose.UP),
    "pilot-agent": (f"{ISTIO_MODULE}/pilot/cmd/pilot-agent", Purpose.DEMO),
    "istioctl": (f"{ISTIO_MODULE}/istioctl/cmd/istioctl", Purpose.TEST),
    # Tells whether that release accepts a mesh configuration; one source for all.
    "mesh-check": ("../istio-main/main.go", Purpose.TEST),
}


def _istio(name: str, release: str, minutes: float) -> Program:
    tool, (package, purpose) = ISTIO_TOOLS[release], _ISTIO_PACKAGES[name]
    return Program(
        f"{name}-{release}",
        tool.folder,
        package,
        ISTIO_MODULE,
        minutes,
        purpose,
        _istio_variables(release, tool.version_package),
        release,
    )


#: In the order of building. Minutes were measured with Go 1.26 on 2 cores.
PROGRAMS: Final = (
    Program(
        "pulumi",
        "pulumi",
        f"{_PULUMI}/pkg/v3/cmd/pulumi",
        f"{_PULUMI}/pkg/v3",
        5,
        variables=_pulumi_variables,
        on_path=True,
    ),
    Program(
        "pulumi-language-python",
        "pulumi-language-python",
        f"{_PULUMI}/sdk/python/cmd/pulumi-language-python/v3",
        f"{_PULUMI}/sdk/v3",
        1,
        on_path=True,
    ),
    Program(
        "pulumi-resource-kubernetes",
        "pulumi-resource-kubernetes",
        ".",
        "github.com/pulumi/pulumi-kubernetes/provider/v4",
        11,
        release=f"v{PROVIDER_VERSION}",
    ),
    Program("etcd", "etcd", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", 0.5),
    _kubernetes("kube-apiserver", 4),
    _kubernetes("kube-controller-manager", 1),
    _kubernetes("kube-scheduler", 0.5),
    _kubernetes("kubectl", 1, on_path=True),  # kwokctl asks it whether the API server answers
    Program("kwok", "kwok", f"{KWOK_MODULE}/cmd/kwok", KWOK_MODULE, 1.5),
    Program("kwokctl", "kwok", f"{KWOK_MODULE}/cmd/kwokctl", KWOK_MODULE, 0.5),
    *(
        _istio(name, release, minutes)
        for release, tool in ISTIO_TOOLS.items()
        for name, minutes in tool.minutes.items()
    ),
    _kubernetes("kubelet", 1, Purpose.DEMO),
    _kubernetes("kube-proxy", 0.5, Purpose.DEMO),
    Program("pause", "kubernetes", "../pause/main.go", _KUBERNETES, 0.1, Purpose.DEMO),
    Program("coredns", "coredns", ".", "github.com/coredns/coredns", 1, Purpose.DEMO),
    Program("otelcol", "otelcol", ".", "go.opentelemetry.io/collector/otelcol", 1, Purpose.DEMO),
    Program("satellite", "satellite", ".", "go.opentelemetry.io/collector/otelcol", 0.5, Purpose.DEMO),
    Program(
        "jaeger",
        "jaeger",
        f"{_JAEGER}/cmd/jaeger",
        _JAEGER,
        2.5,
        Purpose.DEMO,
        variables=_jaeger_variables,
    ),
    Program("actionlint", "actionlint", f"{_ACTIONLINT}/cmd/actionlint", _ACTIONLINT, 0.5, Purpose.TEST),
    Program("helm", "pulumi-resource-kubernetes", "helm.sh/helm/v3/cmd/helm", "helm.sh/helm/v3", 0.5, Purpose.TEST),
)
