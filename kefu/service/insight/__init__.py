"""What can be learned from what happened: visits as facts, and figures over them."""
