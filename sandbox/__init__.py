"""A local control plane with simulated nodes, for people without a cluster and for the tests.

`make up` and its relatives are `python -m cli <command>`; tests use `local.toolchain.toolchain`, `sandbox.instance`,
`local.stack_files` and `local.pulumi_cli` directly.
"""
