"""Wires the house: reads kefu.toml, loads plug-ins, returns one object."""
