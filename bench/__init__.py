"""What every run costs beside peers that make the same objects: `make bench`."""
