"""What is foreseen of customers: from which features, in which words, and what may follow from it. Pure functions."""
