"""The dialogue: a pure state machine over a conversation's events."""
