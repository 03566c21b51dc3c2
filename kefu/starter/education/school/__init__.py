"""The sample school: its tables (schema.sql), and what fills them."""

from .generate import generate

__all__ = ["generate"]
