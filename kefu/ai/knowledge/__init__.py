"""Knowledge: from texts to passages, and finding those that answer by words, pieces, sounds and meaning."""
