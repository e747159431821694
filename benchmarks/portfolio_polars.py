"""The same features in idiomatic Polars, lazy and streaming, out of the Parquet files."""

from pathlib import Path

import numpy as np

from benchmarks.ledgers import ON
from benchmarks.portfolio_peers import FEATURES, rate_table
from creditflow.portfolio.arithmetic import UNKNOWN
from creditflow.portfolio.book import Ints


def by_polars(folder: Path, tops: Ints, bottoms: Ints) -> np.ndarray:
    """A row for each customer, a column for each of FEATURES."""
    import polars as pl

    c, on = pl.col, ON
    rate = pl.from_arrow(rate_table(tops, bottoms)).lazy()

    def scan(name: str, *days: str) -> pl.LazyFrame:
        frame = pl.scan_parquet(folder / f"{name}.parquet")
        frame = frame.with_columns(c(day).to_physical().cast(pl.Int64) for day in days)
        words = [n for n, t in frame.collect_schema().items() if t == pl.Categorical]
        return frame.with_columns(c(word).cast(pl.String) for word in words)

    def half_even(part: pl.Expr, whole: pl.Expr, scale: int) -> pl.Expr:
        top = part * scale
        low, rest = top // whole, top % whole
        up = (2 * rest > whole) | ((2 * rest == whole) & (low % 2 == 1))
        return pl.when(whole > 0).then(low + up.cast(pl.Int64))

    def own(amount: pl.Expr) -> pl.Expr:
        return half_even(amount * c("top"), c("bottom"), 1)

    def rated(frame: pl.LazyFrame) -> pl.LazyFrame:
        keys = ["amount_currency", "currency"]
        return frame.join(customers.select("customer_id", "currency"), on="customer_id").join(
            rate, left_on=keys, right_on=["source", "target"]
        )

    customers = scan("customers").rename({"id": "customer_id"})
    invoices = scan("invoices", "issued_on", "due_on").filter(c("issued_on") <= on)
    payments = scan("payments", "paid_on").filter(c("paid_on") <= on)
    spoken = invoices.select("document", "customer_id", i_currency="amount_currency")
    paid = (
        payments.filter(c("invoice").is_not_null())
        .drop("document")
        .join(spoken, left_on=["invoice", "customer_id"], right_on=["document", "customer_id"])
        .with_columns(same=c("amount_currency") == c("i_currency"))
        .group_by("customer_id", document="invoice")
        .agg(
            times=pl.len().cast(pl.Int64),
            paid=c("amount_minor").filter("same").sum(),
            last=c("paid_on").filter("same").max(),
        )
    )
    documents = (
        rated(invoices)
        .join(paid, on=["customer_id", "document"], how="left")
        .with_columns(
            amount=own(c("amount_minor")),
            rest=own(pl.max_horizontal(0, c("amount_minor") - c("paid").fill_null(0))),
            times=c("times").fill_null(0),
        )
        .with_columns(signed=pl.when(c("type") == "invoice").then("amount").otherwise(-c("amount")))
    )
    received = rated(payments).with_columns(amount=own(c("amount_minor")))
    credit = (
        pl.concat(
            [
                documents.filter(c("type") == "credit_note").select("customer_id", "amount"),
                received.filter(c("invoice").is_null()).select("customer_id", "amount"),
            ]
        )
        .group_by("customer_id")
        .agg(credit=c("amount").sum())
    )
    lines = (
        documents.filter(c("type") == "invoice")
        .join(credit, on="customer_id", how="left")
        .with_columns(done=c("last").is_not_null() & (c("rest") * 100 <= c("amount")))
        .with_columns(
            open_=pl.when("done").then(0).otherwise("rest"), settled=pl.when("done").then("last")
        )
        .sort("customer_id", "due_on", "issued_on", "document")
        .with_columns(total=c("open_").cum_sum().over("customer_id"))
        .with_columns(
            open=pl.max_horizontal(
                0,
                c("open_")
                - pl.max_horizontal(0, c("credit").fill_null(0) - (c("total") - c("open_"))),
            )
        )
        .with_columns(
            late=pl.max_horizontal(0, c("settled").fill_null(on) - c("due_on")),
            weight=pl.when(c("settled").is_null()).then("open").otherwise("amount"),
            ago=pl.when("disputed")
            .then(None)
            .when(c("settled").is_not_null())
            .then(on - c("settled"))
            .when((c("open") > 0) & (c("due_on") < on))
            .then(0),
        )
    )
    year, kept, age = c("ago") < 365, c("settled").is_not_null(), on - c("issued_on")
    judged = ~c("disputed")
    history = lines.group_by("customer_id").agg(
        count=pl.len(),
        **{f"w{d}": c("weight").filter(c("ago") < d).sum() for d in (91, 182, 365)},
        **{f"l{d}": (c("weight") * c("late")).filter(c("ago") < d).sum() for d in (91, 182, 365)},
        paid=c("amount").filter(year & kept).sum(),
        pay=(c("amount") * pl.max_horizontal(0, c("settled") - c("issued_on")))
        .filter(year & kept)
        .sum(),
        judged=year.sum().cast(pl.Int64),
        on_time=(year & (c("late") == 0)).sum().cast(pl.Int64),
        settled=(year & kept).sum().cast(pl.Int64),
        parts=(year & kept & (c("times") > 1)).sum().cast(pl.Int64),
        worst=c("late").filter(year).max(),
        serious=c("weight").filter(year & (c("late") >= 30)).sum(),
        balance=c("open").filter(judged).sum(),
        whole=c("open").sum(),
        in_dispute=c("open").filter("disputed").sum(),
        **{f"o{d}": c("open").filter(judged & (on - c("due_on") > d)).sum() for d in (0, 60, 90)},
        oldest=(on - c("due_on")).filter(judged & (c("open") > 0) & (c("due_on") < on)).max(),
        bought=c("amount").filter(age < 365).sum(),
        disputed=c("amount").filter((age < 365) & c("disputed")).sum(),
        receivables=c("rest").sum(),
    )
    invoice = c("type") == "invoice"
    sales = documents.group_by("customer_id").agg(
        first=c("issued_on").min(),
        year=c("signed").filter(age < 365).sum(),
        half=c("signed").filter(age < 182).sum(),
        before=c("signed").filter((age >= 182) & (age < 364)).sum(),
        invoiced=c("amount").filter(invoice & (age < 365)).sum(),
        purchases=(invoice & (c("amount") > 0) & (age < 365)).sum().cast(pl.Int64),
        largest=c("amount").filter(invoice & (age < 365)).max(),
    )
    highest = (
        pl.concat(
            [
                documents.select("customer_id", day="issued_on", amount="signed"),
                received.select("customer_id", day="paid_on", amount=-c("amount")),
            ]
        )
        .group_by("customer_id", day=pl.max_horizontal("day", on - 365))
        .agg(c("amount").sum())
        .sort("customer_id", "day")
        .group_by("customer_id", maintain_order=True)
        .agg(highest=pl.max_horizontal(0, c("amount").cum_sum().max()))
    )
    open_orders = (
        rated(scan("orders", "ordered_on"))
        .filter((c("status") == "open") & (c("ordered_on") <= on))
        .group_by("customer_id")
        .agg(orders=own(c("amount_minor")).sum())
    )
    joined = customers.select("customer_id")
    for part in (history, sales, highest, open_orders, credit):
        joined = joined.join(part, on="customer_id", how="left")
    days = pl.max_horizontal(30, pl.min_horizontal(365, on - c("first") + 1))
    known, sold = c("count") > 0, c("year") > 0

    def part_of(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
        return pl.when(known).then(half_even(part, whole, 10_000).fill_null(0))

    answers = [
        *(half_even(c(f"l{d}"), c(f"w{d}"), 10) for d in (91, 182, 365)),
        half_even(c("pay"), c("paid"), 10),
        half_even(c("on_time"), c("judged"), 10_000),
        pl.when(c("judged") > 0).then("judged"),
        c("settled"),
        c("worst"),
        half_even(c("serious"), c("w365"), 10_000),
        half_even(c("parts"), c("settled"), 10_000),
        *(part_of(c(f"o{d}"), c("balance")) for d in (0, 60, 90)),
        pl.when(known).then(c("oldest").fill_null(0)),
        part_of(c("in_dispute"), c("whole")),
        half_even(c("disputed"), c("bought"), 10_000),
        pl.when(known).then("highest"),
        pl.when(sold).then(c("year") // days),
        pl.when(sold).then("largest"),
        pl.when(on - c("first") + 1 >= 365).then(
            half_even(c("half") - c("before"), c("before"), 10_000)
        ),
        half_even(c("purchases") * 365, days * 12, 10),
        half_even(c("invoiced") - c("year"), c("invoiced"), 10_000),
        c("receivables").fill_null(0),
        pl.max_horizontal(
            0,
            c("receivables").fill_null(0) - c("credit").fill_null(0) + c("orders").fill_null(0),
        ),
    ]
    named = [answer.cast(pl.Int64).alias(n) for n, answer in zip(FEATURES, answers, strict=True)]
    found = joined.sort("customer_id").select(named).collect(engine="streaming")
    return found.fill_null(UNKNOWN).to_numpy()
