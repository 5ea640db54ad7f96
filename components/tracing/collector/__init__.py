"""The OpenTelemetry Collector inside the cluster."""
