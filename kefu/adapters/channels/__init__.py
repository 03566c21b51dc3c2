"""How messages come in and replies go out: one folder each."""
