"""The same features in plain SQL on SQLite: the oracle, because every number has to be equal."""

import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.ledgers import ON
from benchmarks.portfolio_peers import rate_table
from creditflow.portfolio.arithmetic import UNKNOWN
from creditflow.portfolio.book import Ints


def rounded(part: str, whole: str, scale: int) -> str:
    """Part / whole times scale, rounded half to even; NULL where the whole is not above zero."""
    top = f"(({part}) + 1000 * ({whole})) * {scale}"
    low, rest = f"({top}) / ({whole})", f"({top}) % ({whole})"
    up = f"2 * ({rest}) > ({whole}) OR (2 * ({rest}) = ({whole}) AND ({low}) % 2 = 1)"
    return f"CASE WHEN ({whole}) > 0 THEN ({low}) + ({up}) - {1000 * scale} END"


def own(amount: str) -> str:
    """An amount in the customer's currency, with `top` and `bottom` of the rate in reach."""
    product = f"({amount}) * top"
    low, rest = f"({product}) / bottom", f"({product}) % bottom"
    return f"({low}) + (2 * ({rest}) > bottom OR (2 * ({rest}) = bottom AND ({low}) % 2 = 1))"


def sql() -> str:
    """One statement for all features of all customers."""
    return f"""
WITH paid AS MATERIALIZED (
  SELECT p.customer_id AS customer, p.invoice AS document, COUNT(*) AS times,
         SUM(CASE WHEN p.amount_currency = i.amount_currency THEN p.amount_minor END) AS paid,
         MAX(CASE WHEN p.amount_currency = i.amount_currency THEN p.paid_on END) AS last
  FROM payment p JOIN invoice i ON i.document = p.invoice AND i.customer_id = p.customer_id
  WHERE p.paid_on <= {ON} GROUP BY 1, 2),
documents AS MATERIALIZED (
  SELECT i.customer_id AS customer, i.document, i.type, i.issued_on AS issued, i.due_on AS due,
         i.disputed, {own("i.amount_minor")} AS amount,
         {own("MAX(0, i.amount_minor - COALESCE(p.paid, 0))")} AS rest, p.last,
         COALESCE(p.times, 0) AS times
  FROM invoice i JOIN customer c ON c.id = i.customer_id
  JOIN rate r ON r.source = i.amount_currency AND r.target = c.currency
  LEFT JOIN paid p ON p.customer = i.customer_id AND p.document = i.document
  WHERE i.issued_on <= {ON}),
received AS MATERIALIZED (
  SELECT p.customer_id AS customer, p.paid_on AS day, p.invoice IS NULL AS loose,
         {own("p.amount_minor")} AS amount
  FROM payment p JOIN customer c ON c.id = p.customer_id
  JOIN rate r ON r.source = p.amount_currency AND r.target = c.currency WHERE p.paid_on <= {ON}),
credit AS (
  SELECT customer, SUM(amount) AS credit FROM (
    SELECT customer, amount FROM documents WHERE type = 'credit_note'
    UNION ALL SELECT customer, amount FROM received WHERE loose) GROUP BY 1),
opened AS (
  SELECT *, last IS NOT NULL AND rest * 100 <= amount AS done FROM documents
  WHERE type = 'invoice'),
running AS (
  SELECT o.*, CASE WHEN done THEN 0 ELSE rest END AS open_, COALESCE(c.credit, 0) AS credit,
         SUM(CASE WHEN done THEN 0 ELSE rest END) OVER (PARTITION BY o.customer
           ORDER BY due, issued, document ROWS UNBOUNDED PRECEDING) AS total
  FROM opened o LEFT JOIN credit c USING (customer)),
lines AS (
  SELECT *, CASE WHEN done THEN last END AS settled,
         MAX(0, open_ - MAX(0, credit - (total - open_))) AS open FROM running),
judged AS (
  SELECT *, MAX(0, COALESCE(settled, {ON}) - due) AS late,
         CASE WHEN settled IS NULL THEN open ELSE amount END AS weight,
         CASE WHEN disputed THEN NULL WHEN settled IS NOT NULL THEN {ON} - settled
              WHEN open > 0 AND due < {ON} THEN 0 END AS ago FROM lines),
history AS (
  SELECT customer, COUNT(*) AS count,
    {
        ", ".join(
            f"SUM(weight) FILTER (WHERE ago < {d}) AS w{d}, SUM(weight * late)"
            f" FILTER (WHERE ago < {d}) AS l{d}"
            for d in (91, 182, 365)
        )
    },
    SUM(amount) FILTER (WHERE ago < 365 AND settled IS NOT NULL) AS paid,
    SUM(amount * MAX(0, settled - issued)) FILTER (WHERE ago < 365 AND settled IS NOT NULL) AS pay,
    COUNT(*) FILTER (WHERE ago < 365) AS judged,
    COUNT(*) FILTER (WHERE ago < 365 AND late = 0) AS on_time,
    COUNT(*) FILTER (WHERE ago < 365 AND settled IS NOT NULL) AS settled,
    COUNT(*) FILTER (WHERE ago < 365 AND settled IS NOT NULL AND times > 1) AS parts,
    MAX(late) FILTER (WHERE ago < 365) AS worst,
    SUM(weight) FILTER (WHERE ago < 365 AND late >= 30) AS serious,
    SUM(open) FILTER (WHERE NOT disputed) AS balance, SUM(open) AS whole,
    SUM(open) FILTER (WHERE disputed) AS in_dispute,
    {
        ", ".join(
            f"SUM(open) FILTER (WHERE NOT disputed AND {ON} - due > {d}) AS o{d}"
            for d in (0, 60, 90)
        )
    },
    MAX({ON} - due) FILTER (WHERE NOT disputed AND open > 0 AND due < {ON}) AS oldest,
    SUM(amount) FILTER (WHERE {ON} - issued < 365) AS bought,
    SUM(amount) FILTER (WHERE {ON} - issued < 365 AND disputed) AS disputed,
    SUM(rest) AS receivables FROM judged GROUP BY 1),
sales AS (
  SELECT customer, MIN(issued) AS first,
    SUM(CASE type WHEN 'invoice' THEN amount ELSE -amount END)
      FILTER (WHERE {ON} - issued < 365) AS year,
    SUM(CASE type WHEN 'invoice' THEN amount ELSE -amount END)
      FILTER (WHERE {ON} - issued < 182) AS half,
    SUM(CASE type WHEN 'invoice' THEN amount ELSE -amount END)
      FILTER (WHERE {ON} - issued >= 182 AND {ON} - issued < 364) AS before,
    SUM(amount) FILTER (WHERE type = 'invoice' AND {ON} - issued < 365) AS invoiced,
    COUNT(*) FILTER (WHERE type = 'invoice' AND amount > 0 AND {ON} - issued < 365) AS count,
    MAX(amount) FILTER (WHERE type = 'invoice' AND {ON} - issued < 365) AS largest
  FROM documents GROUP BY 1),
moves AS (
  SELECT customer, MAX(day, {ON - 365}) AS day, SUM(amount) AS amount FROM (
    SELECT customer, issued AS day, CASE type WHEN 'invoice' THEN amount ELSE -amount END AS amount
    FROM documents UNION ALL SELECT customer, day, -amount FROM received) GROUP BY 1, 2),
balances AS (
  SELECT customer, SUM(amount) OVER (PARTITION BY customer ORDER BY day) AS balance FROM moves),
highest AS (SELECT customer, MAX(0, MAX(balance)) AS highest FROM balances GROUP BY 1),
ordered AS (
  SELECT o.customer_id AS customer, SUM({own("o.amount_minor")}) AS orders
  FROM sales_order o JOIN customer c ON c.id = o.customer_id
  JOIN rate r ON r.source = o.amount_currency AND r.target = c.currency
  WHERE o.status = 'open' AND o.ordered_on <= {ON} GROUP BY 1),
joined AS (
  SELECT c.id, h.*, s.first, COALESCE(s.year, 0) AS year, COALESCE(s.half, 0) AS half,
    COALESCE(s.before, 0) AS before, COALESCE(s.invoiced, 0) AS invoiced, s.count AS purchases,
    s.largest, MAX(30, MIN(365, {ON} - s.first + 1)) AS days, g.highest,
    COALESCE(o.orders, 0) AS orders, COALESCE(k.credit, 0) AS credit
  FROM customer c LEFT JOIN history h ON h.customer = c.id LEFT JOIN sales s ON s.customer = c.id
  LEFT JOIN highest g ON g.customer = c.id LEFT JOIN ordered o ON o.customer = c.id
  LEFT JOIN credit k ON k.customer = c.id)
SELECT {rounded("l91", "w91", 10)}, {rounded("l182", "w182", 10)}, {rounded("l365", "w365", 10)},
  {rounded("pay", "paid", 10)}, {rounded("on_time", "judged", 10000)}, NULLIF(judged, 0),
  settled, worst, {rounded("COALESCE(serious, 0)", "w365", 10000)},
  {rounded("parts", "settled", 10000)},
  {
        ", ".join(
            f"CASE WHEN count > 0 THEN COALESCE({rounded(f'COALESCE(o{d}, 0)', 'balance', 10000)}"
            f", 0) END"
            for d in (0, 60, 90)
        )
    },
  CASE WHEN count > 0 THEN COALESCE(oldest, 0) END,
  CASE WHEN count > 0 THEN COALESCE({rounded("COALESCE(in_dispute, 0)", "whole", 10000)}, 0) END,
  {rounded("COALESCE(disputed, 0)", "bought", 10000)}, CASE WHEN count > 0 THEN highest END,
  CASE WHEN year > 0 THEN year / days END, CASE WHEN year > 0 THEN largest END,
  CASE WHEN {ON} - first + 1 >= 365 THEN {rounded("half - before", "before", 10000)} END,
  {rounded("purchases * 365", "days * 12", 10)}, {rounded("invoiced - year", "invoiced", 10000)},
  COALESCE(receivables, 0), MAX(0, COALESCE(receivables, 0) - credit + orders)
FROM joined ORDER BY id
"""


def load(database: Path, tables: dict[str, pa.Table], tops: Ints, bottoms: Ints) -> None:
    """The raw tables in SQLite, days as whole numbers, with the indexes that the statement uses."""
    with sqlite3.connect(database) as plain:
        for name, table in {**tables, "rate": rate_table(tops, bottoms)}.items():
            columns = _plain(table)
            names = ", ".join(columns.column_names)
            marks = ", ".join("?" * columns.num_columns)
            plain.execute(f"CREATE TABLE {name} ({names})")
            for part in columns.to_batches(100_000):
                values = zip(*(column.to_pylist() for column in part.columns), strict=True)
                plain.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
        plain.execute("CREATE UNIQUE INDEX i1 ON invoice (document)")
        plain.execute("CREATE UNIQUE INDEX c1 ON customer (id)")
        plain.execute("CREATE UNIQUE INDEX r1 ON rate (source, target)")
        plain.execute("ANALYZE")


def by_sql(database: Path) -> np.ndarray:
    """The oracle's answer: a row for each customer, a column for each of FEATURES."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute(sql()).fetchall()
    return np.array([[UNKNOWN if v is None else v for v in row] for row in rows], np.int64)


def _plain(table: pa.Table) -> pa.Table:
    columns = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_date32(column.type):
            column = column.cast(pa.int32()).cast(pa.int64())
        elif pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        elif pa.types.is_boolean(column.type):
            column = column.cast(pa.int8()).cast(pa.int64())
        columns[name] = column
    return pa.table(columns)
