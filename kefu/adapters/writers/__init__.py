"""Writers: language models behind one socket."""
