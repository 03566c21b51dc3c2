"""kefu (客服): customer service that answers from a company's own records."""

__version__ = "0.1.0"
