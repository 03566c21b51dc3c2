"""A call as a pure state machine: signals in, orders out, time (ms, of any clock that only runs forward) an argument.

It hears, decides and speaks by itself only as far as manners go; what to answer is the turn's business.
"""
