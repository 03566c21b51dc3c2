"""What `kefu.app` offers to those who come in."""

from kefu.app.config import Config, load_config
from kefu.app.house import Kefu
from kefu.app.mode import Mode
from kefu.app.opening import open_kefu
from kefu.app.outlook import ALPHAS, Outlook, as_mapping, outcome_as_mapping
from kefu.app.skills import load_module
from kefu.service.desk.deeds import Assign, Deed, HandBack, Merge, Reply, Take, TeamDeed
from kefu.service.desk.tools import fill, view_of
from kefu.service.privacy.access import (
    RIGHTS,
    Customer,
    Operator,
    Right,
    Server,
    Viewer,
    may,
    may_act_on,
    may_give,
    may_listen,
    may_read_conversation,
    may_see_evidence,
    rights_of,
    scope_of,
)
from kefu.service.privacy.rates import Rates
from kefu.service.promise.certify import Aim, Dial, Kept, Outcome
from kefu.service.skills.catalog import Catalog
from kefu.service.turn import conversation_id_of
from kefu.service.turn.house import Taken

__all__ = [
    "ALPHAS",
    "RIGHTS",
    "Aim",
    "Assign",
    "Catalog",
    "Config",
    "Customer",
    "Deed",
    "Dial",
    "HandBack",
    "Kefu",
    "Kept",
    "Merge",
    "Mode",
    "Operator",
    "Outcome",
    "Outlook",
    "Rates",
    "Reply",
    "Right",
    "Server",
    "Take",
    "Taken",
    "TeamDeed",
    "Viewer",
    "as_mapping",
    "conversation_id_of",
    "fill",
    "load_config",
    "load_module",
    "may",
    "may_act_on",
    "may_give",
    "may_listen",
    "may_read_conversation",
    "may_see_evidence",
    "open_kefu",
    "outcome_as_mapping",
    "rights_of",
    "scope_of",
    "view_of",
]
