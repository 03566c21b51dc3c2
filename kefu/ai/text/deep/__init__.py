"""`deep.v1`: one small network for intents and spans; trained with PyTorch, served without it."""
