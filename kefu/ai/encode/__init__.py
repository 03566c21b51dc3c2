"""Encoders: texts become vectors whose closeness is closeness in meaning."""
