"""How a stack's configuration is described, read and checked; `components.settings` is what others use of it."""
