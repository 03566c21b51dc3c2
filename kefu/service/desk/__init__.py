"""Where people come in: when they are there, and what they are told."""
