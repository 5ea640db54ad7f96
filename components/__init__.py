"""An environment by its parts: one folder to a part, each usable alone by another program."""
