"""Text to `Reading`: clean, segment, tag, find intents and entities."""
