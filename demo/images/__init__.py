"""Container images of the real node, made from package registries alone: no image registry is asked."""
