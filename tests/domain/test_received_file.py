"""A file is what its bytes are; its name only says what it should be."""

import pytest

from creditflow.domain.received_file import NotTaken, received

PDF = b"%PDF-1.7 x"


def test_a_file_that_is_what_it_says_is_taken():
    file = received("order.PDF", PDF, most_bytes=100)
    assert (file.name, file.media_type, file.content) == ("order.PDF", "application/pdf", PDF)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("order.pdf", b"", "empty"),
        ("order.pdf", PDF + b"x" * 100, "larger"),
        ("order.pdf", b"MZ\x90\x00", "not taken"),
        ("order.exe", PDF, "not taken"),
        ("order.csv", b"a,b\x00", "not taken"),
        ("order", PDF, "not taken"),
    ],
)
def test_what_it_is_not_is_refused_with_the_reason(name, content, why):
    with pytest.raises(NotTaken, match=why):
        received(name, content, most_bytes=100)


def test_folders_and_what_cannot_be_shown_are_taken_off_the_name():
    assert received("..\\..\\etc/a\x00b.pdf", PDF, most_bytes=100).name == "ab.pdf"
