"""What the sandbox and the demo share: a folder with Pulumi's state, the programs, processes and ports."""
