"""The programs of the toolchain: one readable table. Versions stand in the go.mod files under `local/tools`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from packaging.version import Version

from local.errors import SandboxError
from local.paths import TOOLS


@dataclass(frozen=True)
class OnPath:
    """The versions of a program that serve.

    Arguments:
        asked: the arguments with which it prints its version.
        oldest: the oldest that serves.
        before: the first that doesn't.
    """

    asked: tuple[str, ...]
    oldest: Version
    before: Version

    def fits(self, printed: str) -> bool:
        """Tell whether what it prints (`v3.260.1`, `etcd Version: 3.6.8`) names a version that serves."""
        match = re.search(r"\d+\.\d+\.\d+", printed)
        return match is not None and self.oldest <= Version(match[0]) < self.before


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
        package: the Go package to build; one that begins with `.` is a folder of ours below the go.mod, and a path that
            ends in `.go` is a file, which is built with this tool's go.mod.
        source: the Go module that the program comes from; the go.mod says at which version.
        purpose: what it is needed for.
        variables: makes the link-time variables (`-X`) from the source's version.
        release: the version that people know it by, where the Go module's version is only a commit.
        on_path: which versions of the same program on PATH serve as well; `None` (default) if none does.
    """

    name: str
    tool: str
    package: str
    source: str
    purpose: Purpose = Purpose.UP
    variables: Callable[[str], Mapping[str, str]] = lambda _version: {}
    release: str | None = None
    on_path: OnPath | None = None

    @property
    def own_files(self) -> list[Path]:
        """The files that decide what is built: go.mod, go.sum, and our own Go files."""
        folder = TOOLS / self.tool
        own = folder / self.package
        sources = [own] if self.is_file else sorted(own.glob("*.go")) if self.package.startswith(".") else []
        return [folder / "go.mod", folder / "go.sum", *sources]

    @property
    def is_file(self) -> bool:
        """Whether its package is given as a file; Go builds one of those at a time."""
        return self.package.endswith(".go")

    @property
    def import_path(self) -> str:
        """The path of its package, for example `k8s.io/kubernetes/cmd/kubectl`; of a file, what Go calls it."""
        if self.is_file:
            return "command-line-arguments"
        own = f"traced-mesh/local/tools/{self.tool}{self.package.removeprefix('.')}"
        return own if self.package.startswith(".") else self.package

    @property
    def built_name(self) -> str:
        """The name that Go gives to its file: the last part of its package that is no major version."""
        if self.is_file:
            return Path(self.package).stem
        return next(part for part in reversed(self.import_path.split("/")) if not re.fullmatch(r"v\d+", part))

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


#: Programs of Pulumi that others ask for; the folders of their tools have the same names.
LANGUAGE_HOST: Final = "pulumi-language-python"
PROVIDER: Final = "pulumi-resource-kubernetes"

#: The tool with the programs of the newest cluster and mesh.
CLUSTER: Final = "cluster"


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
    return {f"{_JAEGER}/internal/version.latestVersion": version}


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
    text = (TOOLS / PROVIDER / "main.go").read_text(encoding="utf-8")
    match = re.search(r'Serve\("kubernetes", "([^"]+)"', text)
    if match is None:
        raise SandboxError(f"local/tools/{PROVIDER}/main.go names no version of the provider.")
    return match[1]


#: Version of Pulumi's Kubernetes provider; requirements.txt pins the SDK to the same.
PROVIDER_VERSION: Final = _provider_version()


@dataclass(frozen=True)
class IstioTool:
    """What is built of one Istio release.

    Arguments:
        folder: its folder under `local/tools`.
        programs: those of `_ISTIO_PACKAGES` that are built.
        version_package: the Go package with the variables that hold its version.
    """

    folder: str
    programs: tuple[str, ...]
    version_package: str = "istio.io/istio/pkg/version"


#: What a mesh with traffic runs: control plane, sidecars, and the CNI plugin with its agent.
_ON_NODES: Final = ("pilot-discovery", "pilot-agent", "install-cni", "istio-cni")

#: The Istio releases that programs are built of, the oldest first, all of which the sandbox can run. The commits of
#: releases after 1.27.0 are not served: 1.31.0 is the main branch of 27 August 2026, which calls itself 1.31, four days
#: before the release.
ISTIO_TOOLS: Final[Mapping[str, IstioTool]] = {
    "1.15.0": IstioTool("istio-1.15", ("pilot-discovery", "istioctl", "mesh-check"), "istio.io/pkg/version"),
    "1.26.0": IstioTool("istio-1.26", ("pilot-discovery", "istioctl", "mesh-check")),
    "1.27.0": IstioTool("istio-1.27", (*_ON_NODES, "istioctl", "mesh-check")),
    "1.31.0": IstioTool(CLUSTER, (*_ON_NODES, "istioctl", "mesh-check")),
}

#: The newest of them, which the sandbox and the demo run.
NEWEST_ISTIO: Final = list(ISTIO_TOOLS)[-1]

#: Istio's Go module.
ISTIO_MODULE: Final = "istio.io/istio"

#: kwok's Go module.
KWOK_MODULE: Final = "sigs.k8s.io/kwok"

_PULUMI: Final = "github.com/pulumi/pulumi"
_KUBERNETES: Final = "k8s.io/kubernetes"
_JAEGER: Final = "github.com/jaegertracing/jaeger"
_ACTIONLINT: Final = "github.com/rhysd/actionlint"


def _kubernetes(name: str, purpose: Purpose = Purpose.UP, *, on_path: OnPath | None = None) -> Program:
    package = f"{_KUBERNETES}/cmd/{name}"
    return Program(name, CLUSTER, package, _KUBERNETES, purpose, variables=_kubernetes_variables, on_path=on_path)


#: The packages of Istio's programs, and what each is needed for.
_ISTIO_PACKAGES: Final = {
    "pilot-discovery": (f"{ISTIO_MODULE}/pilot/cmd/pilot-discovery", Purpose.UP),
    "pilot-agent": (f"{ISTIO_MODULE}/pilot/cmd/pilot-agent", Purpose.DEMO),
    "install-cni": (f"{ISTIO_MODULE}/cni/cmd/install-cni", Purpose.DEMO),
    "istio-cni": (f"{ISTIO_MODULE}/cni/cmd/istio-cni", Purpose.DEMO),
    "istioctl": (f"{ISTIO_MODULE}/istioctl/cmd/istioctl", Purpose.TEST),
    # Tells whether that release accepts a mesh configuration; one source for all.
    "mesh-check": ("../mesh-check/main.go", Purpose.TEST),
}


def _istio(name: str, release: str) -> Program:
    tool, (package, purpose) = ISTIO_TOOLS[release], _ISTIO_PACKAGES[name]
    return Program(
        f"{name}-{release}",
        tool.folder,
        package,
        ISTIO_MODULE,
        purpose,
        _istio_variables(release, tool.version_package),
        release,
    )


_ETCD: Final = OnPath(("--version",), Version("3.5"), Version("3.7"))
_HELM: Final = OnPath(("version", "--short"), Version("3.18"), Version("4"))
_KUBECTL: Final = OnPath(("version", "--client"), Version("1.32"), Version("2"))
_KWOK: Final = OnPath(("--version",), Version("0.8"), Version("0.9"))

#: In the order of building; those of one tool are built together.
PROGRAMS: Final = (
    Program(
        PROVIDER,
        PROVIDER,
        ".",
        "github.com/pulumi/pulumi-kubernetes/provider/v4",
        release=f"v{PROVIDER_VERSION}",
    ),
    Program(
        "pulumi",
        "pulumi",
        f"{_PULUMI}/pkg/v3/cmd/pulumi",
        f"{_PULUMI}/pkg/v3",
        variables=_pulumi_variables,
        on_path=OnPath(("version",), Version("3.259.0"), Version("4")),
    ),
    Program(
        LANGUAGE_HOST,
        LANGUAGE_HOST,
        f"{_PULUMI}/sdk/python/cmd/pulumi-language-python/v3",
        f"{_PULUMI}/sdk/v3",
    ),
    Program("helm", PROVIDER, "helm.sh/helm/v3/cmd/helm", "helm.sh/helm/v3", Purpose.TEST, on_path=_HELM),
    Program("etcd", CLUSTER, "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", on_path=_ETCD),
    _kubernetes("kube-apiserver"),
    _kubernetes("kube-controller-manager"),
    _kubernetes("kube-scheduler"),
    _kubernetes("kubectl", on_path=_KUBECTL),  # kwokctl asks it whether the API server answers
    Program("kwok", CLUSTER, f"{KWOK_MODULE}/cmd/kwok", KWOK_MODULE, on_path=_KWOK),
    Program("kwokctl", CLUSTER, f"{KWOK_MODULE}/cmd/kwokctl", KWOK_MODULE, on_path=_KWOK),
    *(_istio(name, release) for release, tool in reversed(ISTIO_TOOLS.items()) for name in tool.programs),
    _kubernetes("kubelet", Purpose.DEMO),
    _kubernetes("kube-proxy", Purpose.DEMO),
    Program("pause", CLUSTER, "./pause", _KUBERNETES, Purpose.DEMO),
    Program("coredns", "coredns", ".", "github.com/coredns/coredns", Purpose.DEMO),
    Program("otelcol", "otelcol", ".", "go.opentelemetry.io/collector/otelcol", Purpose.DEMO),
    Program("satellite", "satellite", ".", "go.opentelemetry.io/collector/otelcol", Purpose.DEMO),
    Program("jaeger", "jaeger", f"{_JAEGER}/cmd/jaeger", _JAEGER, Purpose.DEMO, variables=_jaeger_variables),
    Program("actionlint", "actionlint", f"{_ACTIONLINT}/cmd/actionlint", _ACTIONLINT, Purpose.TEST),
)
