"""Files that were put to cases and comments come back byte for byte, whatever the database."""

import pytest

from creditflow.domain.errors import Conflict, NotFound
from tests.makers import an_attachment, later

EVERY_BYTE = bytes(range(256))


def test_files_of_a_subject_come_back_oldest_first_and_only_those(database):
    first, second = an_attachment("F-2"), an_attachment("F-1", at=later(hours=1))
    with database.work() as work:
        work.attachments.add(second, b"%PDF-1.7 a")
        work.attachments.add(first, b"%PDF-1.7 a")
        work.attachments.add(an_attachment("F-3", subject="CASE-2"), b"%PDF-1.7 a")
    with database.reading() as work:
        assert work.attachments.of("CASE-1") == [first, second]
        assert work.attachments.of("CASE-9") == []
        assert work.attachments.get("F-2") == first


def test_bytes_come_back_as_they_were(database):
    file = an_attachment(content=EVERY_BYTE)
    with database.work() as work:
        work.attachments.add(file, EVERY_BYTE)
    with database.reading() as work:
        assert work.attachments.content(file.sha256) == EVERY_BYTE


def test_an_id_is_taken_once_and_what_is_missing_is_said(database):
    with database.work() as work:
        work.attachments.add(an_attachment(), b"%PDF-1.7 a")
    with pytest.raises(Conflict), database.work() as work:
        work.attachments.add(an_attachment(subject="CASE-2"), b"%PDF-1.7 a")
    with database.reading() as work:
        with pytest.raises(NotFound):
            work.attachments.get("F-9")
        with pytest.raises(NotFound):
            work.attachments.content("00" * 32)


def test_the_same_bytes_are_kept_once(sql_database):
    with sql_database.work() as work:
        for number in range(3):
            work.attachments.add(an_attachment(f"F-{number}"), b"%PDF-1.7 a")
        work.attachments.add(an_attachment("F-9", content=EVERY_BYTE), EVERY_BYTE)
    with sql_database._writers.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM content").scalar_one() == 2
