"""The workflows hold what docs/teams.md promises: no long-lived keys, least rights, pinned actions, an order."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.paths import PROJECT
from local.toolchain.golang import wanted_go_version
from local.toolchain.programs import Purpose
from local.toolchain.toolchain import ensure
from tests.support.lists import non_empty
from tests.support.stacks import stack_names
from tests.workflows.workflow_files import (
    GITHUB,
    Job,
    executable,
    jobs,
    others_actions,
    texts,
    used_actions,
    workflow,
    workflow_names,
)

#: All rights that any job has, and the workflows whose jobs have them.
RIGHTS = {
    ("contents", "read"): {"drift", "preview", "stack", "test", "up"},
    ("id-token", "write"): {"drift", "preview", "stack", "up"},
    ("pull-requests", "write"): {"preview"},
    ("issues", "write"): {"drift"},
    ("actions", "read"): {"drift"},
}

EACH_JOB = pytest.mark.parametrize("job", jobs(), ids=lambda job: f"{job.workflow}-{job.name}")


@pytest.fixture(scope="module")
def actionlint() -> Path:
    return ensure((Purpose.TEST,), only=["actionlint"], releases=()).program("actionlint")


def lint(actionlint: Path, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(actionlint), "-no-color", "-shellcheck=", "-pyflakes=", *arguments]
    return subprocess.run(command, cwd=PROJECT, input=text, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", workflow_names())
def test_workflow_is_one_that_github_accepts(name: str, actionlint: Path) -> None:
    checked = lint(actionlint, f".github/workflows/{name}.yaml")

    assert (checked.returncode, checked.stdout) == (0, "")


def test_the_linter_finds_an_input_that_our_own_action_lacks(actionlint: Path) -> None:
    text = (GITHUB / "workflows" / "stack.yaml").read_text(encoding="utf-8")

    checked = lint(
        actionlint,
        "-stdin-filename",
        ".github/workflows/stack.yaml",
        "-",
        text=text.replace("service-account:", "account:"),
    )

    assert checked.returncode == 1
    assert 'input "service-account" which is required by action' in checked.stdout


def test_a_weakness_of_a_workflow_fails_lint(tmp_path: Path) -> None:
    command = next(line for line in (PROJECT / "Makefile").read_text(encoding="utf-8").splitlines() if "zizmor" in line)
    words = command.strip().removeprefix("@.venv/bin/").split()
    (tmp_path / "workflows").mkdir()
    for name, said in {"whole": "push", "injected": "${{ github.event.head_commit.message }}"}.items():
        steps: Any = [{"run": f"echo {said}"}]
        job: Any = {"runs-on": "ubuntu-24.04", "permissions": {}, "steps": steps}
        weak: Any = {"name": name, "on": "push", "permissions": {}, "jobs": {"only": job}}
        (tmp_path / "workflows" / f"{name}.yaml").write_text(yaml.safe_dump(weak), encoding="utf-8")

    checked = {
        name: subprocess.run(
            [PROJECT / ".venv/bin" / words[0], *words[1:-1], str(tmp_path / "workflows" / f"{name}.yaml")],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        for name in ("whole", "injected")
    }

    assert checked["whole"].returncode == 0
    assert checked["injected"].returncode != 0
    assert "template-injection" in checked["injected"].stdout


def test_others_actions_are_pinned_by_commit_and_say_their_release() -> None:
    unpinned = [
        use[0]
        for use in others_actions()
        if not re.fullmatch(r"[0-9a-f]{40}", use["commit"]) or not re.fullmatch(r"v\d+\.\d+\.\d+", use["release"] or "")
    ]

    assert unpinned == []


def test_each_action_has_one_pin() -> None:
    pins = {(use["action"], use["commit"], use["release"]) for use in others_actions()}

    assert sorted(action for action, _, _ in pins) == sorted(used_actions())


def test_no_workflow_reads_a_stored_secret_or_a_service_account_key() -> None:
    found = [
        (name, word)
        for name, text in texts().items()
        for word in ("secrets.", "secrets:", "credentials_json", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN")
        if word in text
    ]

    assert found == []


def test_nothing_shows_secrets_in_a_log() -> None:
    shown = re.compile(
        r"--show-secrets|set -[a-z]*x|\bprintenv\b|^\s*env$|toJSON\((env|secrets|github)\)", re.MULTILINE
    )

    assert [name for name, text in texts().items() if shown.search(text)] == []


@pytest.mark.parametrize("name", workflow_names())
def test_workflow_has_no_right_that_a_job_does_not_ask_for(name: str) -> None:
    assert workflow(name)["permissions"] in ({}, {"contents": "read"})


@EACH_JOB
def test_job_has_the_rights_that_its_workflow_needs_and_no_others(job: Job) -> None:
    rights = set(job.data.get("permissions", workflow(job.workflow)["permissions"]).items())

    assert rights == {right for right, workflows in RIGHTS.items() if job.workflow in workflows}


@EACH_JOB
def test_job_ends_by_itself_and_runs_on_a_named_system(job: Job) -> None:
    if "uses" in job.data:
        assert job.data["uses"] == "./.github/workflows/stack.yaml"
    else:
        assert job.data["timeout-minutes"] <= 120
        assert re.fullmatch(r"ubuntu-\d\d\.04", job.data["runs-on"])


def test_checkout_leaves_no_token_behind() -> None:
    steps = [step for job in jobs() for step in job.steps if step.get("uses", "").startswith("actions/checkout@")]

    assert [step for step in non_empty(steps, "checkouts") if step["with"]["persist-credentials"] is not False] == []


@EACH_JOB
def test_no_expression_is_pasted_into_a_script(job: Job) -> None:
    assert [step["run"] for step in job.steps if "${{" in step.get("run", "")] == []


def test_jobs_that_touch_a_stack_get_their_identity_from_the_environment_and_exclude_one_another() -> None:
    touching = [job for job in jobs() if job.touches_a_stack]

    assert {job.workflow for job in touching} == {"drift", "preview", "stack"}
    for job in touching:
        ending = "" if job.workflow == "stack" else "-preview"
        assert re.fullmatch(rf"\$\{{\{{ (matrix|inputs)\.stack \}}\}}{ending}", job.data["environment"])
        assert ".stack }}" in job.data["concurrency"]["group"]


def test_an_update_is_never_cut_off() -> None:
    (update,) = (job for job in jobs() if job.workflow == "stack")

    assert update.data["concurrency"]["cancel-in-progress"] is False
    assert workflow("up")["concurrency"]["cancel-in-progress"] is False


def test_prod_comes_after_staging_and_staging_after_dev_and_each_in_its_own_environment() -> None:
    order = workflow("up")["jobs"]

    assert {name: job.get("needs") for name, job in order.items()} == {"dev": None, "staging": "dev", "prod": "staging"}
    assert all(job["with"] == {"stack": name} for name, job in order.items())


def test_a_stack_is_verified_after_it_was_brought_up() -> None:
    (update,) = (job for job in jobs() if job.workflow == "stack")
    commands = [step["run"] for step in update.steps if "run" in step]

    assert commands[-2].startswith("pulumi up ")
    assert commands[-1] == 'make verify STACK="$STACK" ARGS="$VERIFY_OPTIONS"'


def test_every_preview_and_update_is_under_the_policies() -> None:
    command = re.compile(r"^(\s+run: )?pulumi (up|preview) .*", re.MULTILINE)
    calls = [call[0] for text in texts().values() for call in command.finditer(text)]

    assert len(calls) == 2
    assert [line for line in calls if "--policy-pack policy" not in line or '--stack "$' not in line] == []


def test_matrices_name_stacks_that_there_are() -> None:
    for name in ("preview", "drift"):
        (job,) = workflow(name)["jobs"].values()
        assert job["strategy"]["matrix"]["stack"] == ["dev", "staging", "prod"]
    assert {"dev", "staging", "prod"} <= set(stack_names())


def test_a_fork_gets_no_preview() -> None:
    (job,) = workflow("preview")["jobs"].values()

    assert job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert "pull_request_target" not in "".join(texts().values())


def test_versions_are_those_that_the_project_pins() -> None:
    action = yaml.safe_load((GITHUB / "actions" / "pulumi" / "action.yml").read_text(encoding="utf-8"))
    (tests,) = (job for job in jobs() if job.workflow == "test")
    (go,) = (step for step in tests.steps if "setup-go" in step.get("uses", ""))

    assert action["inputs"]["pulumi-version"]["default"] == version("pulumi")
    assert wanted_go_version().startswith(go["with"]["go-version"])


def test_continuous_integration_runs_what_a_person_runs() -> None:
    (tests,) = (job for job in jobs() if job.workflow == "test")

    assert [step["run"] for step in tests.steps if "run" in step] == [".ci/run", "make lint"]


def test_scripts_are_executable_and_stop_at_the_first_error() -> None:
    scripts = non_empty(list((GITHUB / "scripts").iterdir()), "scripts")

    assert [script.name for script in scripts if not executable(script)] == []
    assert [script.name for script in scripts if "\nset -euo pipefail\n" not in script.read_text("utf-8")] == []
