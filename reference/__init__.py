"""Writes what is generated of the documentation, and the schema in `Pulumi.yaml`."""
