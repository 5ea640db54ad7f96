"""The cluster: one that the program makes on GKE, or one that exists already."""
