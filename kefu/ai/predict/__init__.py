"""What customers will do: predictors that learn from the past and say how sure they are."""
