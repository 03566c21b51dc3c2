"""The team of an installation: who comes in, who may what, what was done. For the web and the commands alike."""
