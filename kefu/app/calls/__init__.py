"""Calls: lines, engines, turns and colleagues put together. Engines work in threads here and nowhere else."""
