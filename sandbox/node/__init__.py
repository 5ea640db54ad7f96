"""The sandbox's second flavour: a real Kubernetes node on this machine, in namespaces of its own."""
