"""`creditflow optimise` on a generated book: report, file, proposals, and what it refuses."""

import csv
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from creditflow.bootstrap import App
from creditflow.cli.reviewing import review_all
from creditflow.domain.case import CaseState
from creditflow.domain.groups import GroupId
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.proposal import LimitMethod
from creditflow.services.grouping import book_of
from creditflow.settings import read_settings
from creditflow.sources.budget_files import example_budgets
from tests.cli.typed import enter, install, typing
from tests.makers import a_group, a_group_limit, an_analyst, cny

DAY, LATER = date(2026, 3, 2), "2026-03-03"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """An installation whose book has been reviewed, once for all tests here."""
    folder = tmp_path_factory.mktemp("optimise")
    with pytest.MonkeyPatch.context() as sitting:
        enter(folder, sitting)
        app = install(folder, an_analyst("li"), customers=25, until=DAY)
        review_all(app, DAY)
        app.close()
    scarce = example_budgets().replace("total: 400000000", "total: 12000000")
    (folder / "budgets.yaml").write_text(scarce, encoding="utf-8")
    return folder


@pytest.fixture
def optimise(folder, monkeypatch, capsys):
    enter(folder, monkeypatch)
    typed = typing(monkeypatch, capsys)
    return lambda *words, **said: typed("optimise", *words, **said)


def cells(path: Path) -> list[list[object]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [list(row) for row in csv.reader(file)]
    return [list(row) for row in load_workbook(path).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("name", ["limits.csv", "limits.xlsx"])
def test_it_reports_what_it_earns_what_budgets_are_worth_and_who_gets_what(optimise, folder, name):
    status, said = optimise("budgets.yaml", "--on", LATER, "--output", name)

    rows = cells(folder / name)
    assert status == 0
    assert "limits in all would earn CNY" in said
    assert len(rows) == 26
    assert rows[0][:2] == ["Customer number", "Customer"]
    assert sum(float(row[8]) for row in rows[1:]) <= 12_000_000
    assert "the budget for all limits" in {row[10] for row in rows[1:]}


def test_it_speaks_chinese(optimise, monkeypatch):
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "zh-CN")

    _, said = optimise("budgets.yaml", "--on", LATER)

    assert "额度总预算每增加 CNY" in said
    assert "budget" not in said


def test_every_problem_of_a_budget_file_is_told_with_its_line(optimise, folder):
    bad = example_budgets().replace("margin: 0.12 ", "margin: 12 ").replace("total:", "totl:")
    (folder / "bad.yaml").write_text(bad, encoding="utf-8")

    status, said = optimise("bad.yaml")

    assert status == 1
    assert "bad.yaml:9: economics.margin" in said
    assert "budgets.totl" in said


def test_the_example_is_written_and_questions_are_answered(optimise, folder):
    assert optimise("--example", "example.yaml")[0] == 0
    assert (folder / "example.yaml").read_text("utf-8") == example_budgets()
    assert "--example" in optimise()[1]
    assert "--as" in optimise("budgets.yaml", "--propose")[1]
    assert ".xlsx" in optimise("budgets.yaml", "--output", "limits.pdf")[1]


def test_nobody_proposes_under_a_name_alone(optimise):
    status, said = optimise(
        "budgets.yaml", "--on", LATER, "--propose", "--as", "li", password="a guess"
    )

    assert status == 1
    assert "The name or the password is not right." in said


def test_proposals_go_the_normal_way(optimise):
    status, said = optimise("budgets.yaml", "--on", LATER, "--propose", "--as", "li")

    app = App(read_settings())
    with app.reading() as work:
        opened = [c for c in work.cases.in_states(set(CaseState))
                  if c.occasion.kind is OccasionKind.OPTIMISATION]  # fmt: skip
        proposals = [work.proposals.get(c.proposal_id) for c in opened if c.proposal_id]
        assert opened
        assert all(case.occasion.requested_by == "li" for case in opened)
        assert any(p.binding is LimitMethod.ALLOCATION for p in proposals)
        assert all(p.proposed <= c.occasion.requested_limit
                   for p, c in zip(proposals, opened, strict=True))  # fmt: skip
        assert work.journal.of("OPT-000001")[0].entry.facts["budget limit:book"] == (
            "CNY 12,000,000.00"
        )
    app.close()
    assert status == 0
    assert "limits should change" in said


def test_without_the_extra_it_says_what_to_install(optimise, monkeypatch):
    monkeypatch.setitem(sys.modules, "creditflow.portfolio.allocation.planning", None)

    status, said = optimise("budgets.yaml", "--on", LATER)

    assert status == 1
    assert "pip install creditflow[optimise]" in said


def test_a_limit_that_a_group_shares_bounds_its_members_together(optimise, folder):
    app = App(read_settings())
    with app.work() as work:
        group = GroupId("GX")
        work.groups.put_all([a_group(group)])
        book = [work.customers.get(customer) for customer in work.customers.ids()]
        home = [replace(who, group=group) for who in book if who.currency == "CNY"]
        work.customers.put_all(home)
        owed = book_of(group, on=DAY, work=work).standing(group, "CNY").exposure
        limit = a_group_limit(group, amount=owed + cny(500), from_=DAY)
        work.group_limits.add(limit, replacing=0)
    app.close()
    (folder / "ample.yaml").write_text(example_budgets(), encoding="utf-8")

    status, said = optimise("ample.yaml", "--on", LATER, "--output", "grouped.csv")

    head, *rows = cells(folder / "grouped.csv")
    inside = [row for row in rows if row[head.index("Group")] == group]
    assert status == 0
    assert "limits that groups share (1) and caps of the policy (0) bound it" in said
    assert f"of the limit that group {group} shares would earn CNY" in said
    assert f"the limit that group {group} shares" in {row[-1] for row in inside}
