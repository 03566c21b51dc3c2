"""Where conversations are kept: one folder each."""
