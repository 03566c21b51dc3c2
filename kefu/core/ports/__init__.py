"""The sockets: what the outside of kefu must be able to do, one file each.

Implementations are found by entry points with versioned names (`sqlite.v1`); what
a name does never changes. Ours are declared the same way as an outsider's.
"""
