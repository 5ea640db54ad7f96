"""The real node's files and ports, and which machines can be one."""

from pathlib import Path

import pytest
from cryptography import x509

from demo import configuration
from demo.identities import key_pair, kubeconfig_file, write_identities
from demo.layout import NODE_PORTS, Layout
from demo.programs import node_programs
from demo.published_ports import Ports
from demo.requirements import machine_problem
from local.stack_files import find_stack_file


def test_ports_are_read_as_they_were_written(tmp_path: Path) -> None:
    ports = Ports.choose()
    ports.write(tmp_path / "ports.json")

    assert Ports.read(tmp_path / "ports.json") == ports


def test_node_ports_have_the_same_numbers_inside_and_outside() -> None:
    ports = Ports.choose()

    assert len(ports.node_ports) == NODE_PORTS
    assert [ports.targets[port][1] for port in ports.node_ports] == list(ports.node_ports)


@pytest.mark.parametrize(
    ("system", "processor", "user", "words"),
    [
        ("darwin", "x86_64", 0, "needs Linux"),
        ("linux", "aarch64", 0, "x86_64"),
        ("linux", "x86_64", 1000, "needs root"),
    ],
)
def test_a_machine_that_can_be_no_node_is_told_why(system: str, processor: str, user: int, words: str) -> None:
    assert words in (machine_problem(system, processor, user) or "")


def test_root_on_linux_can_be_a_node() -> None:
    assert machine_problem("linux", "x86_64", 0) is None


def test_private_keys_and_kubeconfigs_are_for_their_owner_alone(tmp_path: Path) -> None:
    layout = Layout(tmp_path)

    write_identities(layout, tmp_path / "kubeconfig.yaml", 6443)

    secret = [*layout.keys.glob("*.key"), *layout.keys.glob("*.kubeconfig"), tmp_path / "kubeconfig.yaml"]
    assert [file.name for file in secret if file.stat().st_mode & 0o077] == []
    assert kubeconfig_file(layout, "kubelet") in secret


def test_the_kubelet_may_only_what_a_node_may(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_identities(layout, tmp_path / "kubeconfig.yaml", 6443)

    certificate = x509.load_pem_x509_certificate(key_pair(layout, "kubelet").certificate.read_bytes())

    assert certificate.subject.rfc4514_string() == "CN=system:node:node-1,O=system:nodes"


def test_everything_that_the_node_writes_lies_in_its_folder(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    kubelet = configuration.kubelet(layout)

    assert kubelet["cgroupRoot"] == f"/{layout.cgroup}"
    assert all(str(kubelet[key]).startswith(str(tmp_path)) for key in ("podLogsDir", "volumePluginDir"))
    assert f'root = "{layout.data}/containerd"' in configuration.containerd(layout)


def test_no_secret_stands_in_a_command_line(tmp_path: Path) -> None:
    words = [str(word) for program in node_programs(Layout(tmp_path), range(2)) for word in program.command]

    assert [word for word in words if "token" in word.lower()] == []


def test_only_the_demo_stack_is_on_a_real_node() -> None:
    assert find_stack_file("demo").is_real_node
    assert find_stack_file("demo").is_sandbox
    assert not find_stack_file("sandbox").is_real_node
    assert not find_stack_file("prod").is_real_node


def test_another_node_has_its_own_kubeconfig_and_certificate_authority(tmp_path: Path) -> None:
    copy = find_stack_file("demo").copy_for(tmp_path)

    text = copy.path.read_text()
    assert f"kubeconfig: {tmp_path}/kubeconfig.yaml" in text
    assert f"backendCaFile: {tmp_path}/satellite-ca.pem" in text
    assert ".sandbox/demo" not in text
