"""Engines of speech on other machines."""
