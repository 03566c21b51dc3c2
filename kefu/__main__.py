"""`python -m kefu` is the same as `kefu`."""

from kefu.cli import main

main()
