"""The JSON interface: for other servers, for the widget, for the desk, for machines that watch."""
