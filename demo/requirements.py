"""Whether this machine can be a real node, and the Debian packages that are missing for it."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from demo.cgroups import make_cgroup, remove_cgroup
from demo.configuration import CNI_PLUGINS, RUNC
from local.console import last_lines, say
from local.errors import SandboxError
from local.processes import answer_of

#: What the node and its images are made with: Debian package -> a file that says that it is there.
PACKAGES: Final = {
    "containerd": "/usr/bin/containerd",
    "runc": RUNC,
    "containernetworking-plugins": f"{CNI_PLUGINS}/bridge",
    "iptables": "/usr/sbin/iptables",
    "iproute2": "/usr/sbin/ip",
}

#: The same for programs that may also come from elsewhere: Debian package -> program on PATH.
_TOOLS: Final = {"openjdk-17-jdk-headless": "jlink", "maven": "mvn", "npm": "npm"}

#: Tells whether the kernel has what the node needs: namespaces, overlayfs and packet filters.
_PROBES: Final = {
    "namespaces (unshare)": "true",
    "overlayfs": "mount -t tmpfs tmpfs /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m"
    " && mount -t overlay overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m",
    "netfilter": "mount -t tmpfs tmpfs /run && iptables -t nat -L -n && iptables -t mangle -L -n",
    "virtual Ethernet (veth)": "ip link add probe0 type veth peer name probe1",
}

_ALTERNATIVES: Final = (
    "`make up` needs none of that (simulated nodes, no traffic); so does a stack on a cluster of kind (README.md)."
)


class NoRealNodeError(SandboxError):
    """The machine can't be a real node.

    Arguments:
        problem: what it lacks.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"A real node can't run here: {problem}.\n{_ALTERNATIVES}")


def ensure_requirements() -> None:
    """Make sure that a real node can run here; Debian's packages are installed where they are missing.

    Raises:
        NoRealNodeError: in two lines, what the machine lacks and what works instead.
        SandboxError: if the packages can't be installed.
    """
    problem = machine_problem(sys.platform, platform.machine(), os.geteuid())
    if problem:
        raise NoRealNodeError(problem)
    if missing := missing_packages():
        _install(missing)
    _probe_cgroups()
    for name, command in _PROBES.items():
        answer = answer_of(["unshare", "--net", "--mount", "--pid", "--fork", "sh", "-c", command])
        if answer.returncode != 0:
            reason = answer.stderr.strip().splitlines()
            raise NoRealNodeError(f"no {name} ({reason[-1] if reason else 'refused'})")


def _probe_cgroups() -> None:
    """Make a control group and remove it: in many containers root may not."""
    name = f"traced-mesh-probe-{os.getpid()}"
    try:
        make_cgroup(name)
    except OSError as error:
        raise NoRealNodeError(f"no control groups ({error})") from error
    finally:
        remove_cgroup(name)


def machine_problem(system: str, processor: str, user: int) -> str | None:
    """Return why a machine can't be a node; None if it can.

    Arguments:
        system: as `sys.platform` has it.
        processor: as `platform.machine()` has it.
        user: the number of the user who runs this.
    """
    if system != "linux":
        return f"it needs Linux, this is {system}"
    if processor != "x86_64":
        return f"Envoy is pinned for x86_64 alone, this is {processor}"
    return None if user == 0 else "it needs root"


def missing_packages() -> list[str]:
    """Return the Debian packages that are missing."""
    by_file = [package for package, file in PACKAGES.items() if not Path(file).exists()]
    return [*by_file, *(package for package, program in _TOOLS.items() if shutil.which(program) is None)]


def _install(packages: Iterable[str]) -> None:
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise NoRealNodeError(f"{names} missing, and no apt-get to install")
    say(f"installing Debian's packages {names}: about 15 s")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        answer = subprocess.run(
            ["apt-get", "--quiet", *arguments],  # noqa: S607 - of the system
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            tail = last_lines(answer.stdout, 5)
            raise SandboxError(f"apt-get could not install {names}:\n{tail}\nInstall them, then run it again.")
