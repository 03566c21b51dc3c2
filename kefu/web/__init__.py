"""People on screens: the JSON interface, pages and the chat widget."""

from kefu.web.serving import make_app

__all__ = ["make_app"]
