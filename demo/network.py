"""What the node's first process does before anything else runs there: mounts and network of its own."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from demo.configuration import CNI_PLUGINS
from demo.layout import CNI_FOLDER, NODE_NETWORK
from local.paths import PROJECT
from local.processes import answer_of

#: Kernel settings of the node's network namespace. Packets on the bridge pass the firewall, where Services are made.
_SETTINGS: Final = {
    "net/ipv4/ip_forward": "1",
    "net/ipv4/conf/all/route_localnet": "1",
    "net/bridge/bridge-nf-call-iptables": "1",
}


def make_mounts() -> None:
    """Give the node a /run of its own, and a /var on which it writes to memory: nothing of it reaches this machine's.

    Called in a mount namespace of its own, whose mounts nobody else sees.

    Raises:
        OSError: with what the system says, if it refuses a mount.
    """
    _run("mount", "--make-rshared", "/")  # what one of the node's programs mounts, its others see
    project = Path("/run/project")
    _run("mount", "-t", "tmpfs", "tmpfs", "/run")
    for folder in (project, Path("/run/var/upper"), Path("/run/var/work"), Path("/run/containerd"), Path("/run/netns")):
        folder.mkdir(parents=True)
    _run("mount", "--rbind", PROJECT, project)
    _run(
        "mount", "-t", "overlay", "overlay", "-o", "lowerdir=/var,upperdir=/run/var/upper,workdir=/run/var/work", "/var"
    )
    if PROJECT.is_relative_to("/var"):  # the programs' files stay where they are, on this machine's disk
        _run("mount", "--rbind", project, PROJECT)


def make_network() -> None:
    """Give the node an address, on a link whose both ends it has itself, and the settings that Services need.

    Raises:
        OSError: with what the system says, if it refuses any of that.
    """
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "link", "add", "node0", "type", "veth", "peer", "name", "node1")
    _run("ip", "address", "add", NODE_NETWORK, "dev", "node0")
    for end in ("node0", "node1"):
        _run("ip", "link", "set", end, "up")
    _run("ip", "route", "add", "default", "dev", "node0")
    for name, value in _SETTINGS.items():
        setting = Path("/proc/sys") / name
        if setting.exists():  # the bridge's exists where its module is loaded
            setting.write_text(value, encoding="utf-8")


def make_cni_folder(configuration: Path) -> None:
    """Give the runtime Debian's network plugins, and a copy of their configuration, where others may add theirs.

    Arguments:
        configuration: the folder with the configuration.
    """
    plugins = CNI_FOLDER / "bin"
    plugins.mkdir(parents=True)
    for each in Path(CNI_PLUGINS).iterdir():
        (plugins / each.name).symlink_to(each)
    shutil.copytree(configuration, CNI_FOLDER / "net.d")


def _run(*command: str | Path) -> None:
    words: Sequence[str] = [str(word) for word in command]
    answer = answer_of(words)
    if answer.returncode != 0:
        raise OSError(f"{' '.join(words)}: {answer.stderr.strip()}")
