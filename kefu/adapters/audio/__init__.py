"""Sound on its way: what lines share, whatever they speak on the wire."""
