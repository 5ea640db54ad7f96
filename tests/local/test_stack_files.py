"""Stack files as the sandbox reads, derives and fixes them."""

from pathlib import Path

import pytest
import yaml

from local.errors import SandboxError
from local.paths import SANDBOX, STACKS
from local.stack_files import StackFile, find_stack_file, for_instance, with_webhook_port

TEXT = """\
# A comment that stays.
config:
  traced-mesh:kubeconfig: .sandbox/default/kubeconfig.yaml
  traced-mesh:istioVersion: 1.27.0
  traced-mesh:istioCharts: .sandbox/toolchain/istio/1.27.0/charts
  traced-mesh:backendCaFile: .sandbox/default/satellite-ca.pem
  traced-mesh:baseValues:
    base: {validationURL: https://127.0.0.1:15017/validate}
  traced-mesh:istiodValues:
    base: {validationURL: https://127.0.0.1:15017/validate}
    istiodRemote: {injectionURL: https://127.0.0.1:15017/inject}
  traced-mesh:other: 15017
encryptionsalt: v1:15017
"""


@pytest.fixture
def stack_file(tmp_path: Path) -> StackFile:
    path = tmp_path / "Pulumi.sandbox.yaml"
    path.write_text(TEXT)
    return StackFile("sandbox", path)


def test_the_committed_sandbox_stack_is_a_sandbox() -> None:
    file = find_stack_file("sandbox")

    assert file.is_sandbox
    assert file.is_standard
    assert file.istio_release == "1.31.0"


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_committed_stacks_with_a_cluster_of_their_own_are_none(stack: str) -> None:
    assert not find_stack_file(stack).is_sandbox


def test_an_unknown_stack_is_an_error_that_lists_those_that_exist() -> None:
    with pytest.raises(SandboxError) as caught:
        find_stack_file("sandbux")

    names = ", ".join(sorted(path.name.split(".")[1] for path in STACKS.glob("Pulumi.*.yaml")))
    assert str(caught.value).splitlines()[0] == (
        f"There is no stack 'sandbux': stacks/Pulumi.sandbux.yaml does not exist. Stacks: {names}."
    )


def test_the_webhook_port_is_read_from_the_charts_values(stack_file: StackFile) -> None:
    assert stack_file.webhook_port == 15017


def test_another_webhook_port_changes_all_urls_and_nothing_else(stack_file: StackFile) -> None:
    stack_file.set_webhook_port(23456)

    changed = stack_file.path.read_text()
    assert changed == TEXT.replace("127.0.0.1:15017", "127.0.0.1:23456")
    assert changed.count("23456") == 3


def test_a_port_that_only_begins_alike_stays() -> None:
    assert with_webhook_port("https://127.0.0.1:150170/inject", 15017, 1) == "https://127.0.0.1:150170/inject"


def test_a_copy_for_another_instance_has_its_kubeconfig_its_ca_and_its_port(stack_file: StackFile) -> None:
    original = stack_file.path.read_text()
    folder = stack_file.path.parent / "instance"

    copy = stack_file.derive(folder, 23456)

    config = yaml.safe_load(copy.path.read_text())["config"]
    assert config["traced-mesh:kubeconfig"] == f"{folder}/kubeconfig.yaml"
    assert config["traced-mesh:backendCaFile"] == f"{folder}/satellite-ca.pem"
    assert config["traced-mesh:istioCharts"] == ".sandbox/toolchain/istio/1.27.0/charts"
    assert copy.webhook_port == 23456
    assert not copy.is_standard
    assert stack_file.path.read_text() == original


def test_a_copy_for_an_instance_in_the_project_has_relative_paths() -> None:
    text = for_instance(TEXT, SANDBOX / "other")

    assert yaml.safe_load(text)["config"]["traced-mesh:kubeconfig"] == ".sandbox/other/kubeconfig.yaml"


def test_values_without_a_webhook_url_are_an_error_that_names_the_key(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text("config: {traced-mesh:kubeconfig: .sandbox/default/kubeconfig.yaml}\n")

    with pytest.raises(SandboxError) as caught:
        _ = StackFile("x", path).webhook_port

    assert "traced-mesh:istiodValues of stack 'x' must hold istiodRemote.injectionURL" in str(caught.value)
    assert "given: nothing" in str(caught.value)


def test_an_istio_version_that_the_sandbox_lacks_is_an_error_with_the_command_that_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text("config: {traced-mesh:istioVersion: 1.30.0}\n")

    with pytest.raises(SandboxError) as caught:
        _ = StackFile("x", path).istio_release

    assert str(caught.value) == (
        "traced-mesh:istioVersion of stack 'x' is 1.30.0; the sandbox has istiod 1.15.0, 1.26.0, 1.27.0, 1.31.0.\n"
        "Fix: pulumi config set --stack x traced-mesh:istioVersion 1.31.0"
    )


def test_a_file_that_is_no_yaml_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text("config: [")

    with pytest.raises(SandboxError, match="is no YAML"):
        _ = StackFile("x", path).istio_release
