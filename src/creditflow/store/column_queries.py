"""The queries by which a whole book is read, as text: that is what drivers of columns take.

Their tables and columns are those of the store, as a test makes sure.
"""

CUSTOMERS = (
    "SELECT id, currency, country, sector, region, legal_entity, onboarded_on, terms_days,"
    " requested_minor, requested_currency FROM customer"
)
INVOICES = (
    "SELECT customer_id, source, document, type, issued_on, due_on, amount_minor,"
    " amount_currency, disputed, disputed_on, dispute_settled_on FROM invoice"
)
PAYMENTS = (
    "SELECT customer_id, source, invoice, paid_on, amount_minor, amount_currency FROM payment"
)
ORDERS = (
    "SELECT customer_id, source, ordered_on, amount_minor, amount_currency, status, closed_on"
    " FROM sales_order"
)
_STEP = (
    "(SELECT MAX(a.from_day) FROM credit_limit AS a LEFT JOIN credit_limit AS b"
    " ON b.customer_id = a.customer_id AND b.version = a.version - 1"
    " WHERE a.customer_id = x.customer_id AND ({when}))"
)
_CHANGE = _STEP.format(
    when="b.version IS NULL OR a.state <> b.state"
    " OR COALESCE(a.amount_minor, 0) <> COALESCE(b.amount_minor, 0)"
    " OR COALESCE(a.amount_currency, '') <> COALESCE(b.amount_currency, '')"
)
_CUT = _STEP.format(
    when="a.state <> 'unlimited' AND (b.state = 'unlimited' OR (b.state = 'amount' AND"
    " (a.amount_minor IS NULL OR"
    " (a.amount_minor < b.amount_minor AND a.amount_currency = b.amount_currency))))"
)
_COLUMNS = "version, state, amount_minor, amount_currency, from_day, until_day"
LIMITS = " ".join(
    (
        *("SELECT customer_id,", _COLUMNS, ",", _CHANGE, "AS changed_day,", _CUT, "AS cut_day"),
        "FROM credit_limit AS x WHERE version =",
        "(SELECT MAX(version) FROM credit_limit AS y WHERE y.customer_id = x.customer_id)",
    )
)
RAISES = (
    "SELECT customer_id, minor FROM (SELECT a.customer_id AS customer_id,"
    " COALESCE(a.amount_minor, 0) - COALESCE(b.amount_minor, 0) AS minor"
    " FROM credit_limit AS a LEFT JOIN credit_limit AS b"
    " ON b.customer_id = a.customer_id AND b.version = a.version - 1"
    " WHERE a.from_day >= '{first}' AND a.from_day <= '{on}' AND a.case_id IS NOT NULL"
    " UNION ALL SELECT x.customer_id, x.amount_minor FROM added_limit AS x"
    " WHERE x.recorded_at >= '{first}T00:00:00.000000+00:00' AND x.case_id IS NOT NULL"
    " AND x.from_day < x.until_day AND NOT EXISTS (SELECT 1 FROM added_limit AS y"
    " WHERE y.id = x.id AND y.version > x.version)) AS granted WHERE minor > 0"
)
STARTS = (
    "SELECT customer_id, amount_minor, amount_currency FROM credit_limit AS x WHERE version ="
    " COALESCE((SELECT MAX(version) FROM credit_limit AS y WHERE y.customer_id = x.customer_id"
    " AND y.from_day <= '{on}'), 1)"
)
STATEMENTS = "SELECT * FROM statement"
OBSERVATIONS = (
    "SELECT about, subject, what, on_day, value, provider, scale, valid_until FROM observation"
    " WHERE about {whose} 'customer'"
)
CHANGED = (
    "SELECT customer_id FROM invoice WHERE id > {invoice}"
    " UNION SELECT customer_id FROM payment WHERE id > {payment}"
)
MARKS = (
    "SELECT (SELECT COALESCE(MAX(id), 0) FROM invoice) AS invoice,"
    " (SELECT COALESCE(MAX(id), 0) FROM payment) AS payment"
)
