"""The pages about the stacks: what each makes, costs and waits for."""
