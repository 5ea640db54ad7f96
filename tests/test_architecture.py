"""The layers of the program are contracts, which hold; and paths that the docs name exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.paths import PROJECT

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

#: What a contract of this project's kind finds in a made-up program.
CONTRACT = """\
[tool.importlinter]
root_package = "house"
[[tool.importlinter.contracts]]
name = "layers"
type = "layers"
containers = ["house"]
layers = ["upper", "lower"]
"""

#: Folders whose files are named in docs.
FOLDERS = (
    *("bench", "cli", "common", "components", "demo", "deploy", "docs", "local"),
    *("policy", "reference", "sandbox", "stacks", "tests", "verify"),
)

PAGES = sorted({*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")})


def linted(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [LINT_IMPORTS, "--config", "pyproject.toml", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_is_kept() -> None:
    answer = linted(PROJECT)

    assert answer.returncode == 0, answer.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", answer.stdout)


def test_an_import_against_the_layers_is_found(tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (tmp_path / "pyproject.toml").write_text(CONTRACT)
    for name, text in {"__init__": "", "upper": "", "lower": "import house.upper\n"}.items():
        (house / f"{name}.py").write_text(text)

    answer = linted(tmp_path)

    assert answer.returncode == 1
    assert "house.lower -> house.upper" in answer.stdout


def test_components_hold_folders_only() -> None:
    files = {path.name for path in (PROJECT / "components").iterdir() if path.is_file()}

    assert files == {"__init__.py"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_paths_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    in_code = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`", text)
    linked = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", text)

    missing = [name for name in in_code if not (PROJECT / name).exists()]
    missing += [name for name in linked if not (page.parent / name).exists()]

    assert missing == []
