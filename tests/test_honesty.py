"""Every test can fail: it asserts something, none is left out, and no loop of assertions goes over nothing."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.paths import PROJECT
from tests.support.lists import non_empty

TESTS = PROJECT / "tests"

#: Calls that fail a test by themselves.
FAILING = {"raises", "fail"}

#: Names, in pytest and its marks, that leave a test out or forgive its failure.
LEAVING_OUT = {"skip", "skipif", "xfail", "importorskip"}


@dataclass(frozen=True)
class Source:
    """A file of the tests and its syntax tree."""

    path: Path
    tree: ast.Module

    def at(self, node: ast.stmt | ast.expr, name: str = "") -> str:
        """Return where something stands."""
        return f"{self.path}:{node.lineno} {name}".rstrip()


def source(text: str, path: str = "it.py") -> Source:
    return Source(Path(path), ast.parse(text))


def sources() -> list[Source]:
    files = sorted(TESTS.rglob("*.py"))
    return [source(file.read_text(encoding="utf-8"), str(file.relative_to(PROJECT))) for file in files]


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def called(node: ast.AST) -> set[str]:
    """Return the last names of what is called, for example `raises` of `pytest.raises(...)`."""
    functions = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return {each.attr for each in functions if isinstance(each, ast.Attribute)} | {
        each.id for each in functions if isinstance(each, ast.Name)
    }


def asserts(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Assert) for each in ast.walk(node)) or bool(called(node) & FAILING)


def without_assertion(files: list[Source]) -> list[str]:
    """Return the tests that neither assert anything nor call what has the name of a helper that does."""
    helpers = {each.name for file in files for each in functions(file.tree) if asserts(each)}
    return [
        file.at(each, each.name)
        for file in files
        for each in functions(file.tree)
        if each.name.startswith("test_") and not asserts(each) and not called(each) & helpers
    ]


def certain(files: list[Source]) -> list[str]:
    """Return the assertions that hold whatever the program does: of a constant, or of a tuple, which is true."""
    return [
        file.at(node)
        for file in files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, (ast.Constant, ast.Tuple, ast.JoinedStr))
    ]


def left_out(files: list[Source]) -> list[str]:
    """Return where a test is left out or may fail."""
    return [
        file.at(node, node.attr)
        for file in files
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in LEAVING_OUT
        and ast.unparse(node.value) in {"pytest", "pytest.mark"}
    ]


def names(nodes: list[ast.AST]) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def unguarded(test: ast.FunctionDef) -> Iterator[ast.For]:
    """Yield the loops of a test that assert something of what may be nothing.

    That is a list that the test has made itself and of which it asserts nothing outside of the loop, and what
    `of_kind` finds. What else a loop goes over cannot be judged from its text.
    """
    made = names([each for node in ast.walk(test) if isinstance(node, ast.Assign) for each in node.targets])
    loops = [node for node in ast.walk(test) if isinstance(node, ast.For)]
    inside = {id(each) for loop in loops for each in ast.walk(loop)}
    outside = [node for node in ast.walk(test) if isinstance(node, ast.Assert) and id(node) not in inside]
    for loop in loops:
        over = loop.iter
        nothing_known = isinstance(over, ast.Name) and over.id in made - names(list[ast.AST](outside))
        found = isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute) and over.func.attr == "of_kind"
        if asserts(loop) and (nothing_known or found):
            yield loop


def loops_over_nothing(files: list[Source]) -> list[str]:
    tests = [(file, each) for file in files for each in functions(file.tree) if each.name.startswith("test_")]
    return [file.at(loop, test.name) for file, test in tests for loop in unguarded(test)]


CHECKS = (without_assertion, certain, left_out, loops_over_nothing)


@pytest.mark.parametrize("check", CHECKS)
def test_every_test_can_fail(check: object) -> None:
    assert callable(check)
    assert check(non_empty(sources(), "files")) == []


@pytest.mark.parametrize(
    ("text", "found_by"),
    [
        ("def test_it():\n    run()", without_assertion),
        ("def test_it():\n    helper()\ndef helper():\n    run()", without_assertion),
        ("def test_it():\n    assert True", certain),
        ('def test_it():\n    assert (run(), "said")', certain),
        ("@pytest.mark.skip\ndef test_it():\n    assert run()", left_out),
        ("@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert run()", left_out),
        ("def test_it():\n    pytest.skip('later')\n    assert run()", left_out),
        ("def test_it():\n    found = run()\n    for each in found:\n        assert each", loops_over_nothing),
        ("def test_it():\n    for each in made.of_kind('Pod'):\n        assert each", loops_over_nothing),
    ],
)
def test_a_test_that_can_not_fail_is_found(text: str, found_by: object) -> None:
    assert [check for check in CHECKS if check([source(text)])] == [found_by]


@pytest.mark.parametrize(
    "text",
    [
        "def test_it():\n    with pytest.raises(ValueError):\n        run()",
        "def test_it():\n    helper()\ndef helper():\n    assert run()",
        "def test_it():\n    found = run()\n    assert len(found) == 2\n    for each in found:\n        assert each",
        "def test_it():\n    for each in non_empty(made.of_kind('Pod'), 'Pods'):\n        assert each",
    ],
)
def test_a_test_that_can_fail_is_not(text: str) -> None:
    assert [check for check in CHECKS if check([source(text)])] == []
