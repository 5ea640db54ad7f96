"""What is generated is up to date, and one command finds and corrects what is not."""

import shutil
from pathlib import Path

import pytest

from local.paths import PROJECT
from reference.__main__ import main
from reference.pages import SNAPSHOTS, pages
from reference.writing import COMMAND


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project with the committed files that are generated."""
    for path in pages():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / path, tmp_path / path)
    return tmp_path


def test_everything_generated_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["--check"]), capsys.readouterr().out) == (0, ""), f"fix: {COMMAND}"


def test_drift_is_found_and_corrected(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_file = copy / "Pulumi.yaml"
    project_file.write_text(project_file.read_text().replace("default: 3\n", "default: 4\n"))

    found = main(["--check"], copy)
    said = capsys.readouterr().out
    main([], copy)

    assert (found, said) == (1, "Pulumi.yaml is out of date\nfix: make generate\n")
    assert main(["--check"], copy) == 0


@pytest.mark.parametrize("page", pages(), ids=str)
def test_a_change_by_hand_is_found_on_every_page(page: Path, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (copy / page).read_text().splitlines(keepends=True)
    generated = next(
        number
        for number, line in enumerate(lines)
        if "Written by" in line or "Generated" in line or "<configuration>" in line
    )
    del lines[generated + 2]
    (copy / page).write_text("".join(lines))

    assert main(["--check"], copy) == 1
    assert capsys.readouterr().out == f"{page} is out of date\nfix: make generate\n"
    assert (copy / page).read_text() == "".join(lines)


def test_the_snapshot_of_a_stack_that_is_gone_is_removed(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / SNAPSHOTS / "gone.yaml").write_text("resources: []\n")

    found = main(["--check"], copy)
    main([], copy)

    assert found == 1
    assert "tests/snapshots/gone.yaml is of no use any more" in capsys.readouterr().out
    assert not (copy / SNAPSHOTS / "gone.yaml").exists()


def test_rest_of_the_project_file_is_kept(copy: Path) -> None:
    project_file = copy / "Pulumi.yaml"
    project_file.write_text(project_file.read_text().replace("description: A cluster", "description: Our cluster", 1))

    main([], copy)

    assert "description: Our cluster" in project_file.read_text()


def test_project_file_without_markers_is_explained(copy: Path) -> None:
    (copy / "Pulumi.yaml").write_text("name: traced-mesh\n")

    with pytest.raises(SystemExit, match=r"Pulumi\.yaml has no lines '# <configuration>'"):
        main([], copy)
