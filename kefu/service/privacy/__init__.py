"""What may be seen, by whom: personal data, hostile text, access, rates."""
