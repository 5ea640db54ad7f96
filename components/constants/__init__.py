"""Names, ports and words that several parts share, each written once; nothing here imports another room."""
