"""The outside world: databases, channels, the business's records. Sees only core."""
