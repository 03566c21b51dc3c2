"""Where the sound of calls is kept."""
