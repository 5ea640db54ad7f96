"""Right configurations of tracing: modes by Istio version, sampling overrides and custom tags."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from components.configuration.istio import ExactVersion
from components.configuration.settings import Settings
from components.constants.choices import TracingMode
from components.model.spans import EnvironmentTag, HeaderTag, LiteralTag, SamplingOverride
from components.versions.istio import TABLE
from tests.components.configuration.settings_support import EXISTING, RIGHT, read

MODES = [
    (str(row.since), mode) for row in TABLE if row.installable and not row.proxy_lacks_tracer for mode in row.modes
]


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ("1.12.0", TracingMode.NATIVE),
        ("1.14.6", TracingMode.NATIVE),
        ("1.16.1", TracingMode.OPENTELEMETRY),
        ("1.26.0", TracingMode.OPENTELEMETRY),
        ("1.31.4", TracingMode.OPENTELEMETRY),
        ("1.99.0", TracingMode.OPENTELEMETRY),
    ],
)
def test_mode_follows_from_the_version(version: str, mode: TracingMode, project: Path) -> None:
    assert read({**EXISTING, "istioVersion": version}, project).tracing_mode is mode


@pytest.mark.parametrize(("version", "mode"), MODES)
def test_mode_that_a_version_has_may_be_asked_for(version: str, mode: TracingMode, project: Path) -> None:
    assert read({**EXISTING, "istioVersion": version, "tracingMode": mode}, project).tracing_mode is mode


def test_settings_made_from_finished_values_have_the_mode_of_their_version() -> None:
    settings = Settings(cluster_name="mesh", istio_version=ExactVersion("1.15.0"))

    assert settings.tracing_mode is TracingMode.NATIVE


def test_sampling_is_overridden_by_namespace_and_by_workload(project: Path) -> None:
    overrides = [
        {"namespace": "shop", "percentage": 10},
        {"namespace": "shop", "workload": "cart", "percentage": "0.25"},
        {"namespace": "bookinfo", "workload": "reviews", "percentage": 12.5},
    ]

    settings = read({**RIGHT, "injectedNamespaces": '["shop"]', "samplingOverrides": json.dumps(overrides)}, project)

    assert settings.sampling_overrides == (
        SamplingOverride("shop", Decimal(10)),
        SamplingOverride("shop", Decimal("0.25"), "cart"),
        SamplingOverride("bookinfo", Decimal("12.5"), "reviews"),
    )


def test_custom_tags_are_read_by_their_source(project: Path) -> None:
    tags: dict[str, Any] = {
        "team": {"literal": "shop & cart"},
        "tenant": {"header": "x-tenant", "default": "none"},
        "authority": {"header": ":authority"},
        "k8s.pod.name": {"environment": "POD_NAME"},
    }

    settings = read({**RIGHT, "customTags": json.dumps(tags)}, project)

    assert settings.custom_tags == {
        "team": LiteralTag("shop & cart"),
        "tenant": HeaderTag("x-tenant", "none"),
        "authority": HeaderTag(":authority"),
        "k8s.pod.name": EnvironmentTag("POD_NAME"),
    }


@pytest.mark.parametrize("header", [":authority", "x-author", "x-tokenizer", "x-session-kind", "x-cookies-accepted"])
def test_header_that_only_resembles_one_with_credentials_makes_a_tag(header: str, project: Path) -> None:
    settings = read({**RIGHT, "customTags": json.dumps({"tag": {"header": header}})}, project)

    assert settings.custom_tags == {"tag": HeaderTag(header)}


@pytest.mark.parametrize("mode", [TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER])
def test_istio_1_15_works_with_proxy_images_that_have_the_tracer(mode: TracingMode, project: Path) -> None:
    own = {"istioVersion": "1.15.0", "tracingMode": mode, "lightstepTracerInProxy": "true"}

    assert read({**EXISTING, **own}, project).tracing_mode is mode
