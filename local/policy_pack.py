"""The policy pack, by which every `pulumi up` and `pulumi preview` of the commands here is judged."""

from collections.abc import Mapping
from typing import Final

from local.paths import PROJECT

#: Does what the option `--policy-pack` does: Pulumi takes each of its options from such a variable too
#: (pulumi/pkg 3.259.0, cmd/pulumi/pulumi.go, `declareFlagsAsEnvironmentVariables`). So `make env` hands it on.
POLICED: Final[Mapping[str, str]] = {"PULUMI_OPTION_POLICY_PACK": str(PROJECT / "policy")}
