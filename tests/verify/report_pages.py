"""Reports of made-up runs, and how they are read."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final

from tests.verify.support import expected
from verify.outcomes import Finding, StageResult, passed
from verify.report.render import render
from verify.traces.observation import Observation
from verify.traffic import Traffic

EXPECTED: Final = expected(clusterName="node-1", gatewayUrl="http://203.0.113.7")
WHEN: Final = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)

#: Elements that HTML leaves open.
_VOID: Final = {"meta", "br", "link", "img", "input", "hr"}


def results(*findings: Finding) -> list[StageResult]:
    return [StageResult("spans", "spans", 19, findings or (passed("all spans arrived"),), 1.25)]


def page(seen: Observation | None = None, traffic: Traffic | None = None, *findings: Finding) -> str:
    return render(EXPECTED, results(*findings), traffic, seen, WHEN)


class Balance(HTMLParser):
    """Notes elements that are not closed in order, and all that a page loads or runs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "link", "img"}:
            self.faults.append(tag)
        self.faults += [name for name, _ in attrs if name in {"src", "srcset", "action", "onclick", "onload"}]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that closes itself is closed."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")


def pictures(text: str) -> list[ET.Element]:
    """Parse the pictures of a page."""
    return [ET.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", text, re.DOTALL)]


def of_class(picture: ET.Element, name: str) -> list[ET.Element]:
    return [each for each in picture.iter() if name in each.get("class", "").split()]


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "nan"))
