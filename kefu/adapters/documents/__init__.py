"""Readers of files, one folder each: a file's bytes become Markdown."""
