"""People on screens: the JSON interface, pages and the chat widget."""
