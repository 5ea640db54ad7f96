"""The links of the chain, one file each."""
