"""The promise: how often the machine may be wrong, and how much it may therefore do by itself."""
