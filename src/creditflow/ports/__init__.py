"""What the core asks of the outside; each thing here has a real implementation and a fake one.

`Work` is one transaction with all its repositories. Use cases receive it and
cannot commit: only the edges do. Everything that reads for a decision reads
through the same transaction that keeps it.
"""

from creditflow.ports.access import (
    Admissions,
    ApiKeys,
    Credentials,
    Factors,
    FailedTries,
    Identities,
    PersonChanges,
    Sessions,
)
from creditflow.ports.backing import Backings
from creditflow.ports.deciding import (
    AddedLimits,
    Cases,
    Decisions,
    Delegations,
    Limits,
    People,
    ReviewTasks,
)
from creditflow.ports.drafting import Drafts
from creditflow.ports.facts import (
    Customers,
    HandInRecord,
    HandIns,
    Ledgers,
    Observations,
    RateTable,
    Statements,
)
from creditflow.ports.grouping import GroupLimits, Groups, Memberships
from creditflow.ports.judging import Evaluations, Models, Policies, PolicyDrafts, Proposals
from creditflow.ports.last_judged import LastEvidence, LastJudged, LastProposal
from creditflow.ports.messaging import Bookmarks, Hooks, MailChoices, Messages
from creditflow.ports.outside import (
    Delivery,
    Handed,
    Handover,
    Letterpress,
    Observer,
    Post,
    RateFeed,
    RateFile,
    Returns,
    Runs,
    Seals,
)
from creditflow.ports.planning import Plans
from creditflow.ports.telling import (
    Answers,
    Attachments,
    Counters,
    Discussions,
    Journal,
    Leases,
    Letters,
    Outbox,
    Promise,
    PromiseKind,
    ReviewRuns,
)
from creditflow.ports.viewing import SavedViews
from creditflow.ports.wording import Proofreader, Templates
from creditflow.ports.work import Work

__all__ = [
    "AddedLimits",
    "Admissions",
    "Answers",
    "ApiKeys",
    "Attachments",
    "Backings",
    "Bookmarks",
    "Cases",
    "Counters",
    "Credentials",
    "Customers",
    "Decisions",
    "Delegations",
    "Delivery",
    "Discussions",
    "Drafts",
    "Evaluations",
    "Factors",
    "FailedTries",
    "GroupLimits",
    "Groups",
    "HandInRecord",
    "HandIns",
    "Handed",
    "Handover",
    "Hooks",
    "Identities",
    "Journal",
    "LastEvidence",
    "LastJudged",
    "LastProposal",
    "Leases",
    "Ledgers",
    "Letterpress",
    "Letters",
    "Limits",
    "MailChoices",
    "Memberships",
    "Messages",
    "Models",
    "Observations",
    "Observer",
    "Outbox",
    "People",
    "PersonChanges",
    "Plans",
    "Policies",
    "PolicyDrafts",
    "Post",
    "Promise",
    "PromiseKind",
    "Proofreader",
    "Proposals",
    "RateFeed",
    "RateFile",
    "RateTable",
    "Returns",
    "ReviewRuns",
    "ReviewTasks",
    "Runs",
    "SavedViews",
    "Seals",
    "Sessions",
    "Statements",
    "Templates",
    "Work",
]
