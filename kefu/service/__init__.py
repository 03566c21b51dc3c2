"""What we do with a message and for a customer. Sees only core, does no I/O of its own."""
