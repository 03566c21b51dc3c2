"""Facts from conversations: what messages name, found, kept with its evidence, and taught by colleagues."""
