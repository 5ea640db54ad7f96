"""What the workflows' scripts tell GitHub, with stand-ins for `gh` and `pulumi` that note how they are called."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workflows.workflow_files import GITHUB

#: A stand-in: notes its arguments, prints what the file named after its first two says, and ends as that says.
STAND_IN = f"""#!{sys.executable}
import json, pathlib, sys
folder = pathlib.Path(__file__).parent
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps([pathlib.Path(__file__).name, *sys.argv[1:]]) + "\\n")
answer = folder / "answers" / " ".join([pathlib.Path(__file__).name, *sys.argv[1:3]]).replace("/", "_")
if answer.exists():
    code, _, text = answer.read_text().partition("\\n")
    sys.stdout.write(text)
    sys.exit(int(code))
"""

DRIFT = "~ Deployment changed\nerror: no changes were expected but changes were proposed\n"


@dataclass(frozen=True)
class Trial:
    """A folder in which a script runs."""

    folder: Path

    def answer(self, call: str, text: str = "", code: int = 0) -> None:
        """Let a stand-in print a text and end with a code, when it is called with words that begin so."""
        (self.folder / "answers" / call.replace("/", "_")).write_text(f"{code}\n{text}", encoding="utf-8")

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(self.folder), os.environ["PATH"]])
        variables = {
            "REPOSITORY": "team/mesh",
            "NUMBER": "7",
            "GH_REPO": "team/mesh",
            "RUN": "https://example.com/run/1",
        }
        return subprocess.run(
            [str(GITHUB / "scripts" / script), *arguments],
            cwd=self.folder,
            env={**os.environ, **variables, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def calls(self, *words: str) -> list[list[str]]:
        """Return the calls that begin with these words."""
        noted = self.folder / "calls"
        calls = [json.loads(line) for line in noted.read_text(encoding="utf-8").splitlines()] if noted.exists() else []
        return [call for call in calls if call[: len(words)] == list(words)]


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    (tmp_path / "answers").mkdir()
    for name in ("gh", "pulumi"):
        (tmp_path / name).write_text(STAND_IN, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    made = Trial(tmp_path)
    made.answer("gh run list", "0\n")
    return made


def test_a_preview_is_under_the_policies_and_fails_when_pulumi_does(trial: Trial) -> None:
    trial.answer("pulumi preview --stack", "+ Network\n", code=255)

    ended = trial.run("preview.sh", "dev", "preview.txt", "--diff")

    assert ended.returncode == 255
    assert (trial.folder / "preview.txt").read_text() == ended.stdout == "+ Network\n"
    (call,) = trial.calls("pulumi", "preview")
    assert call[2:4] == ["--stack", "dev"]
    assert call[-3:] == ["--policy-pack", "policy", "--diff"]


def test_the_first_preview_of_a_stack_becomes_a_comment(trial: Trial) -> None:
    (trial.folder / "preview.txt").write_text("+ Network\n`$(touch injected)`")

    assert trial.run("comment.sh", "dev", "preview.txt").returncode == 0

    (call,) = trial.calls("gh", "api", "--method")
    assert call[3:5] == ["POST", "repos/team/mesh/issues/7/comments"]
    assert call[6].startswith("body=<!-- preview of stack dev -->\n")
    assert "+ Network\n`$(touch injected)`" in call[6]
    assert not (trial.folder / "injected").exists()


def test_a_later_preview_goes_into_the_comment_that_is_there(trial: Trial) -> None:
    (trial.folder / "preview.txt").write_text("+ Network")
    trial.answer("gh api repos/team/mesh/issues/7/comments", "123\n456\n")

    assert trial.run("comment.sh", "dev", "preview.txt").returncode == 0

    (call,) = trial.calls("gh", "api", "--method")
    assert call[3:5] == ["PATCH", "repos/team/mesh/issues/comments/123"]


def test_a_preview_that_was_never_made_says_so(trial: Trial) -> None:
    assert trial.run("comment.sh", "dev", "preview.txt").returncode == 0

    (call,) = trial.calls("gh", "api", "--method")
    assert "no preview was made" in call[6]


def test_drift_becomes_an_issue_that_says_what_differs(trial: Trial) -> None:
    trial.answer("pulumi preview --stack", DRIFT, code=255)

    assert trial.run("drift.sh", "prod").returncode == 0

    (call,) = trial.calls("gh", "issue", "create")
    assert call[3:5] == ["--title", "Stack prod differs from its program"]
    assert "~ Deployment changed" in call[6]
    assert "https://example.com/run/1" in call[6]
    assert {"--refresh", "--expect-no-changes"} <= set(trial.calls("pulumi", "preview")[0])


def test_drift_that_lasts_is_added_to_its_issue(trial: Trial) -> None:
    trial.answer("pulumi preview --stack", DRIFT, code=255)
    trial.answer("gh issue list", "42\n")

    assert trial.run("drift.sh", "prod").returncode == 0

    assert [call[3] for call in trial.calls("gh", "issue", "comment")] == ["42"]
    assert trial.calls("gh", "issue", "create") == []


def test_the_issue_is_closed_when_nothing_differs_any_more(trial: Trial) -> None:
    trial.answer("gh issue list", "42\n")

    assert trial.run("drift.sh", "prod").returncode == 0

    assert [call[3] for call in trial.calls("gh", "issue", "close")] == ["42"]


def test_no_issue_is_made_when_nothing_differs(trial: Trial) -> None:
    assert trial.run("drift.sh", "prod").returncode == 0

    assert trial.calls("gh", "issue", "create") == []
    assert trial.calls("gh", "issue", "close") == []


def test_a_comparison_that_fails_is_no_drift(trial: Trial) -> None:
    trial.answer("pulumi preview --stack", "error: could not log in\n", code=255)

    ended = trial.run("drift.sh", "prod")

    assert ended.returncode == 255
    assert "could not be compared" in ended.stdout
    assert trial.calls("gh", "issue") == []


def test_nothing_is_said_about_a_stack_that_is_being_brought_up(trial: Trial) -> None:
    trial.answer("pulumi preview --stack", DRIFT, code=255)
    trial.answer("gh run list", "1\n")

    ended = trial.run("drift.sh", "prod")

    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1].startswith("::notice::")
    assert trial.calls("gh", "issue") == []
