"""Whatever the whole of a configuration is, it is read or refused with a documented error, in little memory."""

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.configuration.machinery.parsing import keys
from components.configuration.machinery.problems import ConfigurationError
from components.configuration.settings import Settings
from tests.components.configuration.settings_support import SECRETS, TOKEN, read
from tests.components.configuration.test_settings_wrong import BASES, CASES

#: Bytes that reading a configuration may need.
BEARABLE = 100 << 20


def known_values() -> dict[str, list[str]]:
    """Return key -> the values that the reference and the tables of wrong configurations have for it."""
    found = {key: [known.about.example, known.default_text] for key, known in keys(Settings).items()}
    for case in CASES.values():
        for key, value in case["config"].items():
            if key in found:
                found[key].append(str(value))
    return found


VALUES = known_values()

#: JSON of any shape, large numbers, deep nesting and odd text included.
SOUP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
).map(json.dumps)
NESTED = st.integers(1, 20_000).map(lambda depth: "[" * depth + "]" * depth)
LONG = st.integers(1, 1 << 20).map(lambda length: "9" * length)
PATHS = st.sampled_from(["/dev/zero", "/dev/stdin", "/proc/self/mem", "pipe", "huge", "dangling", "to-a-device"])


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, str]:
    """Return one of the right configurations with some keys changed, so that constraints between keys are asked too."""
    base = draw(st.sampled_from(sorted(BASES)))
    changed = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=8, unique=True))
    values = {
        key: draw(st.sampled_from(VALUES[key]) | st.text(max_size=40) | SOUP | NESTED | LONG | PATHS) for key in changed
    }
    return {**BASES[base], **values}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(raw=configurations())
def test_whole_configuration_is_read_or_refused_in_little_memory(raw: dict[str, str], project: Path) -> None:
    tracemalloc.start()
    try:
        text = refusal(raw, project)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert not text or text.startswith("Stack 'dev' has ")
    assert TOKEN not in text
    assert [key for key, value in secrets(raw) if len(value) >= 12 and value in text] == []
    assert peak < BEARABLE


def refusal(raw: dict[str, str], project: Path) -> str:
    """Return the error that a configuration gives; nothing if it is right."""
    try:
        read(raw, project, others=("default",))
    except ConfigurationError as error:
        return str(error)
    return ""


def secrets(raw: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the keys that are stored as secrets, with their values where these are in no example that errors name."""
    examples = [str(known.about.example) for known in keys(Settings).values()]
    for key in sorted(SECRETS & raw.keys()):
        if not any(raw[key] in example for example in examples):
            yield key, raw[key]
