"""A table keeps its words whole where there is no terminal to be narrow."""

from rich.table import Table

from creditflow.cli.screen import WIDE, screen


def printed(capsys) -> str:
    table = Table("Grade", "Finding")
    table.add_row("E", "the PD is lower than what was seen, by more than chance " * 2)
    screen().print(table)
    return capsys.readouterr().out


def test_a_table_for_a_file_is_wide(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert len(printed(capsys).splitlines()) == 5
    assert screen().width == WIDE


def test_who_says_how_wide_is_heard(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    assert len(printed(capsys).splitlines()) > 5
    assert screen().width == 60
