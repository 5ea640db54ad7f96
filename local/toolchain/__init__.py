"""The pinned programs: taken from PATH where they fit, otherwise built once."""
