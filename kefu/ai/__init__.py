"""What we know: texts understood by rules and trained models. Sees only core."""
