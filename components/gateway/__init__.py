"""The ingress gateway: its Pods, who reaches it, its certificate and its servers."""
