"""What any Kubernetes object needs: labels, workloads, NetworkPolicies, Pod security, Istio's own objects."""
