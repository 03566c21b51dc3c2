"""Writing: whether what a language model wrote says what was found, and nothing else."""
