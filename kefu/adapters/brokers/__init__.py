"""How tasks and processes tell each other what happened."""
