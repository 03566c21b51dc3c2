"""The business's own data: one folder each."""
