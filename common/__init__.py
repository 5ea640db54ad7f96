"""What the program and everything around it use alike; imports nothing else of the project."""
