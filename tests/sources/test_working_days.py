"""Working days are those of the country and the company's own, and the due dates follow them."""

from datetime import date

import pytest

from creditflow.domain.calendar import add_working_days, next_working_day
from creditflow.sources.working_days import BadDays, make_up_days, working_days

FRIDAY, SATURDAY, SUNDAY = date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 11)


def own(tmp_path, text):
    (tmp_path / "days.txt").write_text(text, encoding="utf-8")
    return tmp_path / "days.txt"


def test_a_saturday_that_makes_up_for_a_holiday_counts_for_due_dates():
    works = working_days("CN")

    assert next_working_day(FRIDAY, works) == SATURDAY, "调休 for the National Day"
    assert next_working_day(SATURDAY, works) == date(2026, 10, 12)
    assert add_working_days(date(2026, 9, 30), 2, works) == date(2026, 10, 9)
    assert next_working_day(FRIDAY, working_days("DE")) == date(2026, 10, 12)
    assert next_working_day(FRIDAY, working_days("")) == date(2026, 10, 12)


def test_own_days_win_over_the_calendar(tmp_path):
    file = own(tmp_path, "# 2027\n2027-02-13 work 调休\n2027-03-05 free 厂休 # closed\n\n")
    usual, works = working_days("CN"), working_days("CN", file)

    assert (usual(date(2027, 2, 13)), works(date(2027, 2, 13))) == (False, True)
    assert (usual(date(2027, 3, 5)), works(date(2027, 3, 5))) == (True, False)
    assert works(SATURDAY)
    assert not works(SUNDAY)


def test_every_line_that_is_wrong_is_told_at_once(tmp_path):
    file = own(tmp_path, "2027-02-30 work\n13.2.2027 work\n2027-03-05 free\n2027-03-05 work\n")

    with pytest.raises(BadDays) as refused:
        working_days("CN", file)

    said = [str(problem) for problem in refused.value.details]
    assert [s.split(" of ")[0] for s in said] == ["Line 1", "Line 2", "Line 4"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_told(tmp_path, content):
    file = tmp_path / "days.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadDays, match="cannot be read"):
        working_days("", file)


def test_it_is_known_for_which_years_make_up_days_were_announced():
    assert make_up_days("CN", 2026) == 6
    assert make_up_days("DE", 2026) == make_up_days("", 2026) == 0
