"""Knowledge: from texts to passages, and finding the ones that answer."""
