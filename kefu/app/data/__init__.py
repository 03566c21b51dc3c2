"""Training data of a project: bring it in, take it out, check it, split it."""
