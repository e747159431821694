import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from creditflow.domain.errors import NotFound, Unavailable
from creditflow.domain.proposal import Outcome
from creditflow.ports import Delivery
from creditflow.post.mailbox import Mailbox, read_mailbox, read_message
from tests.post.letters import AT, ID, TO, facts, press
from tests.post.test_smtp import hand_over, post


def test_a_letter_that_was_delivered_can_be_read(tmp_path):
    rendered = press().render(facts(Outcome.RAISED, "zh-CN"), recipient=TO, message_id=ID, at=AT)
    with Mailbox(tmp_path / "mail") as mailbox:
        handed = hand_over(post(mailbox.port, timeout=5, connect_timeout=5), rendered.message, TO)
        assert handed.delivery is Delivery.ACCEPTED
        (summary,) = read_mailbox(tmp_path / "mail")
    assert summary.recipient == TO
    assert summary.subject == rendered.subject
    assert summary.message_id == ID
    assert (summary.letter, summary.language) == ("L-000128", "zh-CN")
    message = read_message(tmp_path / "mail", summary.id)
    assert message.text == rendered.text
    assert message.html.strip() == rendered.html.strip()
    assert message.source.endswith(rendered.message)


def test_many_at_once_are_all_kept_latest_first(tmp_path):
    with Mailbox(tmp_path) as mailbox:
        server = post(mailbox.port, timeout=5, connect_timeout=5)

        def send(number: int) -> Delivery:
            return hand_over(server, b"Subject: %d\r\n\r\nx\r\n" % number).delivery

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(send, range(24))) == {Delivery.ACCEPTED}
        send(99)
    summaries = read_mailbox(tmp_path)
    assert sorted(int(s.subject) for s in summaries) == [*range(24), 99]
    assert summaries[0].subject == "99"
    assert [s.at for s in summaries] == sorted((s.at for s in summaries), reverse=True)
    assert not list(tmp_path.glob(".*"))
    assert len(read_mailbox(tmp_path, most=3)) == 3


def test_it_listens_on_loopback_alone_and_stops_cleanly(tmp_path):
    before = threading.active_count()
    mailbox = Mailbox(tmp_path)
    mailbox.start()
    port = mailbox.port
    idle = socket.create_connection(("127.0.0.1", port))
    assert mailbox._socket.getsockname()[0] == "127.0.0.1"
    mailbox.stop()
    idle.close()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    with Mailbox(tmp_path, port=port) as again:
        assert again.port == port
        with pytest.raises(Unavailable, match=str(port)):
            Mailbox(tmp_path, port=port).start()


@pytest.mark.parametrize("name", ["../secret.eml", "x", "", "0" * 20 + "-12345678.eml"])
def test_what_is_no_message_is_not_found(tmp_path, name):
    (tmp_path.parent / "secret.eml").write_text("secret")
    with pytest.raises(NotFound):
        read_message(tmp_path, name)


def test_a_mailbox_that_was_never_used_is_empty(tmp_path):
    assert read_mailbox(tmp_path / "nothing") == ()
