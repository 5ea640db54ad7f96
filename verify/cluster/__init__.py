"""What is read from the cluster: its API as plain data, and what follows from it. Nothing here changes an object."""
