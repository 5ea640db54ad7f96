"""A local control plane and the pinned toolchain, for people without a cluster and for the tests.

`make up` and its relatives are `python -m sandbox <command>`; tests use `sandbox.toolchain`, `sandbox.instance`,
`sandbox.stack_files` and `sandbox.pulumi_cli` directly.
"""
