"""How a stack's configuration is described, read and checked; `settings` is what others use of it."""
