"""Where Istio's charts are taken from, as a team writes it in configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from common.files import UnreadableFileError, read_yaml

#: The charts that the program installs; a local folder holds one folder for each, but for that of the CNI plugin, which
#: not every environment needs.
CHARTS: Final = ("base", "istiod")
CNI_CHART: Final = "cni"

#: What stands for the version in the path of a folder.
VERSION: Final = "{version}"


@dataclass(frozen=True)
class ChartLocation:
    """An OCI registry's path, a chart repository, or a local folder for one version or each.

    Arguments:
        text: `oci://<registry>/<path>`, `https://<repository>`, or the folder's path, relative to the project, in which
            `{version}` stands for the version.
        folder_versions: chart -> the version in its Chart.yaml, for a local folder; empty (default) otherwise, and of
            one with `{version}` in its path.
    """

    text: str
    folder_versions: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def parse(cls, text: str, root: Path) -> "ChartLocation":
        """Read a location; a folder's charts are looked at.

        Arguments:
            text: as written by the user.
            root: the project's folder.

        Raises:
            ValueError: if the address has another scheme, no host or credentials in it, or the folder lacks a chart.
        """
        if "://" in text:
            _check_url(text)
            return cls(text)
        if VERSION in text:
            return cls(text)
        folder = _folder(text, root)
        charts = [*CHARTS, *([CNI_CHART] if (root / folder / CNI_CHART).is_dir() else [])]
        return cls(str(folder), {chart: _version(root / folder / chart, chart) for chart in charts})

    def __str__(self) -> str:
        return self.text

    def of(self, version: object) -> str:
        """Return the location of one version's charts."""
        return self.text if "://" in self.text else self.text.replace(VERSION, str(version))

    def folder_of(self, version: object, root: Path) -> "ChartLocation":
        """Return the folder of one version's charts, looked at; what is no folder stays as it is.

        Raises:
            ValueError: as `parse` does.
        """
        return ChartLocation.parse(self.of(version), root) if VERSION in self.text else self


def _check_url(text: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise ValueError("the address can't be read") from error
    if parts.scheme not in {"oci", "https"}:
        raise ValueError("only oci:// and https:// are supported")
    if "@" in parts.netloc:
        raise ValueError("the address carries a user name or password; log in with `helm registry login` instead")
    if not parts.netloc:
        raise ValueError("the address has no host")


def _folder(text: str, root: Path) -> Path:
    try:
        folder = Path(text).expanduser()
        if text and (root / folder).is_dir():
            return folder
    except (OSError, RuntimeError) as error:  # RuntimeError: ~ of a user who doesn't exist
        raise ValueError("there is no such folder") from error
    raise ValueError("there is no such folder")


def _version(folder: Path, chart: str) -> str:
    try:
        content: object = read_yaml(folder / "Chart.yaml")
    except UnreadableFileError as error:
        raise ValueError(f"{chart}/Chart.yaml can't be read: {error}") from error
    version = cast("dict[str, Any]", content).get("version") if isinstance(content, dict) else None
    if not isinstance(version, str):
        raise ValueError(f"{chart}/Chart.yaml has no version")
    return version
