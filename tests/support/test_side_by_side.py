"""Which tests share a process."""

from tests.side_by_side import begins, scope_of


def test_tests_with_a_sandbox_in_common_stay_together() -> None:
    one = scope_of("tests/sandbox/environment/test_changes.py::test_something[parameter]")
    another = scope_of("tests/sandbox/environment/test_secrets.py::test_something_else")

    assert one == another


def test_tests_of_a_file_stay_together_and_apart_from_other_files() -> None:
    first = scope_of("tests/components/backends/test_presets.py::test_one")
    second = scope_of("tests/components/backends/test_presets.py::TestGroup::test_two")
    other = scope_of("tests/components/bookinfo/test_bookinfo.py::test_one")

    assert first == second
    assert first != other


def test_a_real_node_begins_before_sandboxes_and_these_before_all_else() -> None:
    tests = [
        "tests/components/backends/test_presets.py::test_one",
        "tests/sandbox/environment/test_changes.py::test_one",
        "tests/demo/node/test_traces.py::test_one",
    ]

    assert sorted(tests, key=begins) == tests[::-1]
