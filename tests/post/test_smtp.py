import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from creditflow.ports import Delivery, Handed
from creditflow.post.smtp import SmtpPost
from tests.post.servers import DROP, HANG, fault_server

MESSAGE = b"Subject: hello\r\nMessage-ID: <1@x.example>\r\n\r\nfirst\r\n.dot\r\nlast\r\n"


def post(port: int, **changes: Any) -> SmtpPost:
    known: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from_address": "credit@hengyuan.example",
        "timeout": 0.25,
        "connect_timeout": 0.25,
    }
    return SmtpPost(**known | changes)


def hand_over(post: SmtpPost, message: bytes = MESSAGE, to: str = "ap@x.example") -> Handed:
    way = post.approach(message, recipient=to)
    if isinstance(way, Handed):
        return way
    try:
        return way.send()
    finally:
        way.close()


BEFORE_MAIL = ("connect", "EHLO")
WITH_A_SAY = ("MAIL", "RCPT", "DATA", "end")
NO_REPLY = {"connect": "later", "EHLO": "later", "MAIL": "later", "RCPT": "later",
            "DATA": "later", "end": "unknown"}  # fmt: skip
TABLE = (
    [(stage, "421 come back", "later") for stage in (*BEFORE_MAIL, *WITH_A_SAY)]
    + [(stage, "452 full", "later") for stage in WITH_A_SAY]
    + [(stage, "550 no such user", "refused") for stage in WITH_A_SAY]
    + [(stage, "554 policy", "refused") for stage in WITH_A_SAY]
    # A no before MAIL is about us and not about the letter.
    + [("connect", "554 go away", "later")]
    + [(stage, fault, what) for stage, what in NO_REPLY.items() for fault in (DROP, HANG)]
    + [("end", "gibberish", "unknown"), ("end", "999 what", "unknown")]
    + [("end", "250 " + "x" * 9000, "unknown"), ("end", "250 \xff\xfe", "accepted")]
    + [("QUIT", DROP, "accepted"), ("QUIT", HANG, "accepted")]
)


@pytest.mark.parametrize(("stage", "answer", "expected"), TABLE)
def test_every_answer_at_every_step_has_one_meaning(stage, answer, expected):
    with fault_server(**{stage: answer}) as server:
        handed = hand_over(post(server.port))
    assert handed.delivery == Delivery(expected), handed.answer
    assert handed.answer
    assert len(handed.answer) <= 400
    # Only what may have arrived is called unknown or accepted.
    assert bool(server.arrived) == (stage in ("end", "QUIT"))


def test_an_accepted_message_arrives_as_it_was_and_the_answer_is_kept():
    with fault_server() as server:
        handed = hand_over(post(server.port))
    assert handed == Handed(Delivery.ACCEPTED, "end of data: 250 queued as 7")
    assert server.arrived == [MESSAGE]
    assert server.said[1:3] == [
        f"mail FROM:<credit@hengyuan.example> size={len(MESSAGE)}",
        "rcpt TO:<ap@x.example>",
    ]


def test_a_bare_line_feed_cannot_end_the_data_early():
    with fault_server() as server:
        hand_over(post(server.port), b"Subject: a\n\nb\n.\nMAIL FROM:<x@y>\n")
    assert server.arrived == [b"Subject: a\r\n\r\nb\r\n.\r\nMAIL FROM:<x@y>\r\n"]
    assert [line.split()[0].upper() for line in server.said] == [
        "EHLO",
        "MAIL",
        "RCPT",
        "DATA",
        "QUIT",
    ]


def test_nobody_listens():
    with fault_server() as server:
        port = server.port
    assert hand_over(post(port)).delivery is Delivery.LATER


@pytest.mark.parametrize("recipient", ["", "a@b.example\r\nRCPT TO:<evil@x.example>"])
def test_what_is_no_address_never_reaches_the_server(recipient):
    with fault_server() as server:
        assert hand_over(post(server.port), to=recipient).delivery is Delivery.REFUSED
    assert server.said == []


def test_a_server_that_drips_is_cut_off():
    with fault_server(EHLO="250-a\r\n" * 40 + HANG) as server:
        dripping = post(server.port, connect_timeout=30, approach_at_most=0.3)
        assert hand_over(dripping).delivery is Delivery.LATER


def test_utf_8_is_asked_for_only_where_it_is_needed():
    with fault_server(EHLO="250-here\r\n250 SMTPUTF8") as server:
        assert hand_over(post(server.port), to="用户@x.example").delivery is Delivery.ACCEPTED
        assert hand_over(post(server.port)).delivery is Delivery.ACCEPTED
    mails = [line for line in server.said if line.startswith("mail")]
    assert ["SMTPUTF8" in line for line in mails] == [True, False]
    with fault_server() as server:
        assert hand_over(post(server.port), to="用户@x.example").delivery is Delivery.REFUSED
    assert not server.arrived


def test_a_password_is_never_sent_in_the_clear():
    with pytest.raises(ValueError, match="in the clear"):
        post(1, username="u", password="p")


# ------------------------------------------------------------------ TLS


class Sink:
    """What an aiosmtpd server calls: it keeps every message."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd asks for it
        self.kept.append(envelope.content)
        return "250 kept"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 'localhost' that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def served_tls(certificate: tuple[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def secured(certificate) -> Iterator[tuple[Controller, Sink]]:
    """A server that offers STARTTLS, and asks for a password behind it."""

    def authenticate(server, session, envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and data.password == b"right"
        return AuthResult(success=right, handled=right)

    sink = Sink()
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=served_tls(certificate),
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
    )
    controller.start()
    yield controller, sink
    controller.stop()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def trusting(certificate: tuple[str, str]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate[0])


def test_starttls_and_sign_in_lead_to_delivery(secured, certificate):
    controller, sink = secured
    how = {"host": "localhost", "security": "starttls", "trust": trusting(certificate),
           "username": "u", "connect_timeout": 5, "timeout": 5}  # fmt: skip
    assert hand_over(post(controller.port, password="right", **how)).delivery is Delivery.ACCEPTED
    assert len(sink.kept) == 1
    wrong = hand_over(post(controller.port, password="wrong", **how))
    assert wrong.delivery is Delivery.LATER
    assert "535" in wrong.answer
    assert len(sink.kept) == 1


def test_a_certificate_that_is_not_trusted_or_of_another_name_stops_it(secured, certificate):
    controller, sink = secured
    how = {"security": "starttls", "connect_timeout": 5}
    unknown = hand_over(post(controller.port, host="localhost", **how))
    other_name = hand_over(post(controller.port, trust=trusting(certificate), **how))
    for handed in (unknown, other_name):
        assert handed.delivery is Delivery.LATER
        assert "CERTIFICATE_VERIFY_FAILED" in handed.answer
    assert sink.kept == []


def test_starttls_that_was_stripped_stops_it_before_anything_is_said():
    with fault_server() as server:
        stripped = post(server.port, security="starttls", username="u", password="secret")
        assert hand_over(stripped).delivery is Delivery.LATER
    assert [line.split()[0] for line in server.said] == ["ehlo"]


def test_tls_from_the_first_byte(certificate):
    sink = Sink()
    controller = Controller(
        sink, hostname="127.0.0.1", port=free_port(), ssl_context=served_tls(certificate)
    )
    # aiosmtpd's own trial connection does not trust this certificate.
    controller._trigger_server = lambda: smtplib.SMTP_SSL(
        "localhost", controller.port, context=trusting(certificate)
    ).quit()
    controller.start()
    try:
        how = {"security": "tls", "connect_timeout": 5, "timeout": 5}
        good = post(controller.port, host="localhost", trust=trusting(certificate), **how)
        assert hand_over(good).delivery is Delivery.ACCEPTED
        assert hand_over(post(controller.port, **how)).delivery is Delivery.LATER
        assert len(sink.kept) == 1
    finally:
        controller.stop()


def over_one_connection(server):
    return post(server.port, most_messages=3, connect_timeout=2, timeout=2)


def greetings(server):
    return sum(x.lower().startswith("ehlo") for x in server.said)


def test_a_connection_carries_several_messages_and_then_a_new_one_is_made():
    with fault_server() as server:
        kept = over_one_connection(server)
        for _ in range(4):
            assert hand_over(kept).delivery is Delivery.ACCEPTED
        kept.close()
        assert hand_over(kept).delivery is Delivery.ACCEPTED
        kept.close()
    assert len(server.arrived) == 5
    assert greetings(server) == 3


def test_a_connection_that_died_meanwhile_is_replaced_and_nothing_is_sent_twice():
    with fault_server() as server:
        kept = over_one_connection(server)
        assert hand_over(kept).delivery is Delivery.ACCEPTED
        idle = kept.kept.take()
        idle.sock.shutdown(socket.SHUT_RDWR)
        kept.kept.keep(idle)
        assert hand_over(kept).delivery is Delivery.ACCEPTED
        kept.close()
    assert len(server.arrived) == 2


def test_words_that_nobody_asked_for_end_a_connection():
    """A reply too many would be taken for the answer to the next command, and so on."""
    with fault_server(end="250 queued\r\n250 once more") as server:
        kept = over_one_connection(server)
        assert hand_over(kept).answer.endswith("250 queued")
        assert hand_over(kept).answer.endswith("250 queued")
        kept.close()
    assert greetings(server) == 2


@pytest.mark.parametrize(
    ("answer", "expected", "connections"),
    [("550 no", Delivery.REFUSED, 1), ("451 wait", Delivery.LATER, 2)],
)
def test_only_a_plain_no_over_a_kept_connection_is_final(answer, expected, connections):
    with fault_server() as server:
        kept = over_one_connection(server)
        assert hand_over(kept).delivery is Delivery.ACCEPTED
        server.answers = {"RCPT": answer}
        assert hand_over(kept).delivery is expected
    assert greetings(server) == connections


def test_a_reply_lost_over_a_kept_connection_is_unknown_like_any_other():
    with fault_server() as server:
        kept = over_one_connection(server)
        assert hand_over(kept).delivery is Delivery.ACCEPTED
        server.answers = {"end": DROP}
        assert hand_over(kept).delivery is Delivery.UNKNOWN
        assert kept.kept.take() is None


def test_no_thread_is_left_behind():
    with fault_server() as server:
        hand_over(post(server.port))
    assert [
        t
        for t in threading.enumerate()
        if isinstance(t, threading.Timer) and not t.finished.is_set()
    ] == []
