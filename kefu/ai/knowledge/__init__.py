"""Finding what the company has written: passages by words, pieces, sounds and meaning, and the sentences in them."""
