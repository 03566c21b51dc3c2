"""Examples before the reader learns from them: read, written, checked, split."""
