"""What customers will do: predictors declared by the project, trained, checked, and followed by what they do."""
