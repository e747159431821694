"""One transaction with all repositories in SQL; it cannot commit, `Database` does."""

from creditflow.store.access import (
    SqlAdmissions,
    SqlApiKeys,
    SqlFactors,
    SqlFailedTries,
    SqlIdentities,
)
from creditflow.store.added_limits import SqlAddedLimits
from creditflow.store.answers import SqlAnswers
from creditflow.store.attachments import SqlAttachments
from creditflow.store.backing import SqlBackings
from creditflow.store.cases import SqlCases, SqlReviewTasks
from creditflow.store.customers import SqlCustomers, SqlHandIns, SqlRates, SqlStatements
from creditflow.store.decisions import SqlDecisions
from creditflow.store.delegations import SqlDelegations
from creditflow.store.discussions import SqlDiscussions
from creditflow.store.granted import SqlGranted
from creditflow.store.grouping import SqlGroupLimits, SqlGroups, SqlMemberships
from creditflow.store.hooks import SqlHooks
from creditflow.store.journal import SqlJournal
from creditflow.store.last_judged import SqlLastJudged
from creditflow.store.ledgers import SqlLedgers
from creditflow.store.letters import SqlLetters
from creditflow.store.messages import SqlBookmarks, SqlMailChoices, SqlMessages
from creditflow.store.models import SqlModels
from creditflow.store.observations import SqlObservations
from creditflow.store.outbox import SqlCounters, SqlLeases, SqlOutbox, SqlReviewRuns
from creditflow.store.people import SqlCredentials, SqlPeople, SqlSessions
from creditflow.store.person_changes import SqlPersonChanges
from creditflow.store.planning import SqlPlans
from creditflow.store.policy_drafts import SqlPolicyDrafts
from creditflow.store.records import (
    PolicyShelf,
    SqlEvaluations,
    SqlLimits,
    SqlPolicies,
    SqlProposals,
)
from creditflow.store.retrospects import SqlRetrospects
from creditflow.store.saved_views import SqlSavedViews
from creditflow.store.templates import SqlTemplates
from creditflow.store.transaction import Transaction


class SqlWork:
    """ports.Work over one open transaction."""

    def __init__(self, transaction: Transaction, shelf: PolicyShelf) -> None:
        granted = SqlGranted(transaction)
        self.customers = SqlCustomers(transaction, granted)
        self.ledger = SqlLedgers(transaction)
        self.statements = SqlStatements(transaction)
        self.observations = SqlObservations(transaction)
        self.backings = SqlBackings(transaction)
        self.rates = SqlRates(transaction)
        self.hand_ins = SqlHandIns(transaction)
        self.policies = SqlPolicies(transaction, shelf)
        self.policy_drafts = SqlPolicyDrafts(transaction)
        self.models = SqlModels(transaction)
        self.evaluations = SqlEvaluations(transaction)
        self.proposals = SqlProposals(transaction)
        self.last_judged = SqlLastJudged(transaction)
        self.cases = SqlCases(transaction)
        self.tasks = SqlReviewTasks(transaction)
        self.decisions = SqlDecisions(transaction)
        self.limits = SqlLimits(transaction, granted)
        self.added_limits = SqlAddedLimits(transaction)
        self.groups = SqlGroups(transaction)
        self.memberships = SqlMemberships(transaction)
        self.group_limits = SqlGroupLimits(transaction)
        self.plans = SqlPlans(transaction)
        self.people = SqlPeople(transaction)
        self.delegations = SqlDelegations(transaction)
        self.credentials = SqlCredentials(transaction)
        self.sessions = SqlSessions(transaction)
        self.admissions = SqlAdmissions(transaction)
        self.factors = SqlFactors(transaction)
        self.failed_tries = SqlFailedTries(transaction)
        self.identities = SqlIdentities(transaction)
        self.person_changes = SqlPersonChanges(transaction)
        self.api_keys = SqlApiKeys(transaction)
        self.letters = SqlLetters(transaction)
        self.templates = SqlTemplates(transaction)
        self.answers = SqlAnswers(transaction)
        self.attachments = SqlAttachments(transaction)
        self.discussions = SqlDiscussions(transaction)
        self.outbox = SqlOutbox(transaction)
        self.journal = SqlJournal(transaction)
        self.leases = SqlLeases(transaction)
        self.counters = SqlCounters(transaction)
        self.review_runs = SqlReviewRuns(transaction)
        self.retrospects = SqlRetrospects(transaction)
        self.messages = SqlMessages(transaction)
        self.hooks = SqlHooks(transaction)
        self.mail_choices = SqlMailChoices(transaction)
        self.bookmarks = SqlBookmarks(transaction)
        self.saved_views = SqlSavedViews(transaction)
