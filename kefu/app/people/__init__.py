"""The team of an installation: who comes in, who may what, what was done. For the web and the commands alike."""

from kefu.service.people.passwords import fault_of
from kefu.service.people.second_factor import address_of

__all__ = ["address_of", "fault_of"]
