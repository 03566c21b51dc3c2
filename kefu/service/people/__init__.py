"""Who works here: how people prove who they are. Pure: time and randomness are arguments."""
