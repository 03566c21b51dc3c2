"""Deep extraction: what texts name, by a network that learned from a company's marked texts."""
