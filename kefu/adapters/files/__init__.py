"""What readers of files share: character sets, archives, markup, and reading in a process apart."""
