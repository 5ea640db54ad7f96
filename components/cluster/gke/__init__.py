"""A GKE cluster, part by part."""
