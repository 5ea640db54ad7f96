"""Writes the snapshot of every stack anew and removes those of stacks that are gone."""

import sys

from tests.snapshots.snapshot import snapshot, snapshot_file
from tests.support.stacks import stack_names


def main() -> None:
    """Write all snapshots; prints which of them changed."""
    stacks = stack_names()
    for stack in stacks:
        file, new = snapshot_file(stack), snapshot(stack)
        old = file.read_text(encoding="utf-8") if file.exists() else None
        file.write_text(new, encoding="utf-8")
        sys.stdout.write(f"{file.name}: {'unchanged' if new == old else 'written'}\n")
    for file in snapshot_file("any").parent.glob("*.yaml"):
        if file.stem not in stacks:
            file.unlink()
            sys.stdout.write(f"{file.name}: removed, since there is no such stack\n")


if __name__ == "__main__":
    main()
