"""What must not get into a chart does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.istio import Istio
from tests.support.stacks import TOKEN, record_environment, stack_settings


@pytest.mark.parametrize("chart", ["base", "istiod"])
def test_token_gets_into_no_chart(chart: str, istio: Istio, tmp_path: Path) -> None:
    settings = stack_settings("sandbox", tmp_path)

    made = record_environment(settings)

    values: dict[str, Any] = made.named("istio-base" if chart == "base" else chart).plain["values"]
    assert settings.access_token
    assert settings.access_token.get_secret_value() == TOKEN
    assert TOKEN not in json.dumps(istio.render(chart, values))
