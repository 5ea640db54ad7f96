"""What holds for any headers, overrides and tags: what is right survives a round trip, what is wrong gives an error."""

import json
import string
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from components.configuration.machinery.problems import ConfigurationError
from components.configuration.reading import parse_settings
from components.configuration.settings import Settings
from components.model.spans import CustomTag, EnvironmentTag, HeaderTag, LiteralTag, SamplingOverride
from tests.components.configuration.settings_support import NOW, OTLP, SECRETS

WORD = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
NAMESPACES = ("bookinfo", "shop")
#: A name of a header that is nobody's own.
HEADERS = WORD.map("x-{}x".format)
PRINTABLE = string.ascii_letters + string.digits + string.punctuation
VALUES = st.text(alphabet=PRINTABLE, min_size=1, max_size=60)
PERCENTAGES = st.decimals(min_value=0, max_value=100, places=2)
OVERRIDES = st.lists(
    st.builds(SamplingOverride, st.sampled_from(NAMESPACES), PERCENTAGES, st.none() | WORD),
    unique_by=lambda override: (override.namespace, override.workload),
    max_size=6,
)
DEFAULTS = st.none() | VALUES
TAGS = st.dictionaries(
    st.text(alphabet=PRINTABLE, min_size=1, max_size=30),
    st.one_of(
        st.builds(LiteralTag, VALUES), st.builds(HeaderTag, WORD, DEFAULTS), st.builds(EnvironmentTag, WORD, DEFAULTS)
    ),
    max_size=6,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORD,
    lambda parts: (
        st.lists(parts, max_size=4)
        | st.dictionaries(st.text(max_size=8) | WORD | st.sampled_from(["namespace", "percentage", "literal"]), parts)
    ),
    max_leaves=12,
)
STRUCTURED = st.sampled_from(["backendHeaders", "samplingOverrides", "customTags", "injectedNamespaces", "baseValues"])
#: The beginning makes sure that no secret is a part of what the errors themselves say.
SECRET_TEXTS = st.text(alphabet=PRINTABLE, min_size=8, max_size=40).map("Zq7".__add__)


def parse(**raw: str) -> Settings:
    namespaces = {"injectedNamespaces": '["shop"]'}
    return parse_settings(
        {**OTLP, **namespaces, **raw}, stack="dev", root=Path("/nonexistent"), now=NOW, secret_keys=SECRETS
    )


def error_of(**raw: str) -> str:
    """Return the error that a configuration gives, or nothing if it is right."""
    try:
        parse(**raw)
    except ConfigurationError as error:
        return str(error)
    return ""


@given(st.dictionaries(HEADERS, VALUES, max_size=6))
def test_headers_survive_a_round_trip(headers: dict[str, str]) -> None:
    settings = parse(backendHeaders=json.dumps(headers))

    assert {name: value.get_secret_value() for name, value in settings.backend_headers.items()} == headers
    assert settings.backend_target.header_names == tuple(headers)


@given(OVERRIDES, st.booleans())
def test_sampling_overrides_survive_a_round_trip(overrides: list[SamplingOverride], as_text: bool) -> None:
    written = [
        {"namespace": each.namespace, "percentage": str(each.percentage) if as_text else float(each.percentage)}
        | ({"workload": each.workload} if each.workload else {})
        for each in overrides
    ]

    assert parse(samplingOverrides=json.dumps(written)).sampling_overrides == tuple(overrides)


@given(st.decimals(allow_nan=False, allow_infinity=False) | PERCENTAGES)
def test_percentage_is_within_bounds_or_refused(percentage: Decimal) -> None:
    entry = f'{{"namespace":"shop","percentage":{percentage}}}'

    text = error_of(samplingOverrides=f"[{entry}]")

    two_decimals = -2 <= int(percentage.as_tuple().exponent) <= 0
    assert bool(text) is not (0 <= percentage <= 100 and two_decimals and not percentage.is_signed())


@given(TAGS)
def test_custom_tags_survive_a_round_trip(tags: dict[str, CustomTag]) -> None:
    assert parse(customTags=json.dumps({name: written(tag) for name, tag in tags.items()})).custom_tags == tags


@given(STRUCTURED, JSON)
def test_any_json_is_read_or_refused_with_a_documented_error(key: str, value: Any) -> None:
    text = error_of(**{key: json.dumps(value)})

    assert not text or (text.startswith("Stack 'dev' has ") and f"traced-mesh:{key}" in text)


@given(SECRET_TEXTS, JSON)
def test_header_that_is_wrong_never_appears(secret: str, other: Any) -> None:
    for headers in ({"X": secret}, {secret: "x", "Y": other}, {"x-ok": secret, "Wrong": other}, [secret]):
        text = error_of(backendHeaders=json.dumps(headers))

        assert "traced-mesh:backendHeaders" in text
        assert secret not in text


@given(SECRET_TEXTS)
def test_header_that_is_right_never_appears_under_another_key(secret: str) -> None:
    text = error_of(backendHeaders=json.dumps({"x-tenant": secret}), backendPath=secret, istioRevision=f"x {secret}")

    assert "traced-mesh:backendPath" in text
    assert secret not in text


@given(SECRET_TEXTS)
def test_text_in_place_of_a_private_key_never_appears(secret: str) -> None:
    for key in (secret, f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----"):
        text = error_of(backendClientKey=key)

        assert "traced-mesh:backendClientKey" in text
        assert secret not in text


def written(tag: CustomTag) -> dict[str, str]:
    match tag:
        case LiteralTag(value):
            return {"literal": value}
        case HeaderTag(name, default):
            return {"header": name} | ({"default": default} if default else {})
        case EnvironmentTag(name, default):
            return {"environment": name} | ({"default": default} if default else {})
