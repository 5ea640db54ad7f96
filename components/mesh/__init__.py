"""The mesh: its control plane, the values of its charts, its namespaces, mutual TLS."""
