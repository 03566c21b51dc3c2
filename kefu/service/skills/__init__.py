"""Skill folders: read, held together in a catalogue, and graded."""
