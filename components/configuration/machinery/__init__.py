"""The machinery of configuration: what a key is, how its text is read, and what people are told of a mistake."""
