"""Tables of usage, one module per noun."""

from firstwin.usage.models.catalogue import Drift, EventProperty, EventType, Feature, FeatureLicence
from firstwin.usage.models.history import HistoryFault, HistoryFile
from firstwin.usage.models.intake import InboxBatch, RejectedEvent, Source, WriteKey
from firstwin.usage.models.keeping import Erasure, EventRetention, SetAsideBatch, StoreOrder
from firstwin.usage.models.people import Membership, PersonLink, UsageGroup, UsagePerson
from firstwin.usage.models.watches import FirstValueRule, FirstValueVersion, Signal, SignalSettings, Watch

__all__ = [
    "Drift",
    "Erasure",
    "EventProperty",
    "EventRetention",
    "EventType",
    "Feature",
    "FeatureLicence",
    "FirstValueRule",
    "FirstValueVersion",
    "HistoryFault",
    "HistoryFile",
    "InboxBatch",
    "Membership",
    "PersonLink",
    "RejectedEvent",
    "SetAsideBatch",
    "Signal",
    "SignalSettings",
    "Source",
    "StoreOrder",
    "UsageGroup",
    "UsagePerson",
    "Watch",
    "WriteKey",
]
