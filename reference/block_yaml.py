"""YAML for people to read: text of several lines stands as a block."""

from typing import Any, cast

import yaml


class BlockDumper(yaml.SafeDumper):
    """A dumper for `yaml.dump` that writes text of several lines as such."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return cast("Any", dumper).represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


BlockDumper.add_representer(str, _represent_text)
