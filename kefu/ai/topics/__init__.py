"""Topics: what many texts are about, found without anybody saying what there is to find."""
