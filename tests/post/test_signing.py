"""Signatures: what arrives verifies against the record, and nothing else does."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from creditflow.domain.errors import Refusal
from creditflow.ports import Delivery, Handed
from creditflow.post.redirecting import RedirectedPost
from creditflow.post.signing import Key, SignedPost
from creditflow.post.smtp import SmtpPost
from tests.post.letter_notices import every_letter
from tests.post.letters import AT, ID, TO, press
from tests.post.servers import fault_server

dkim = pytest.importorskip("dkim")


def pem(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    file = tmp_path_factory.mktemp("dkim") / "private.pem"
    file.write_bytes(pem(rsa.generate_private_key(65537, 2048)))
    return Key(file, "letters", "hengyuan.example")


def verifies(message, key, record=None):
    def look_up(name, timeout=0):
        assert name.decode() == f"{key.name}."
        return (record or key.record).encode()

    return dkim.verify(message, dnsfunc=look_up)


def sent(post_of, message):
    """What arrives at a server when the message goes over that post."""
    with fault_server() as server:
        plain = SmtpPost("127.0.0.1", server.port, "none", "credit@hengyuan.example", timeout=2)
        way = post_of(plain).approach(message, recipient=TO)
        assert not isinstance(way, Handed), way
        assert way.send().delivery is Delivery.ACCEPTED
        way.close()
    (arrived,) = server.arrived
    return arrived


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_letter_arrives_with_a_signature_that_verifies(key, language):
    for letter in every_letter(language)[:3]:
        message = press().render(letter, recipient=TO, message_id=ID, at=AT).message
        arrived = sent(lambda plain: SignedPost(plain, key), message)
        assert verifies(arrived, key)
        assert arrived.endswith(message.partition(b"\r\n\r\n")[2])
        for changed in (
            arrived.replace(b"Subject: ", b"Subject: No ", 1),
            arrived.replace(b"Reply-To: ", b"Reply-To: x", 1),
            b"From: other@x.example\r\n" + arrived,
            arrived[:-20] + b"x" + arrived[-19:],
        ):
            assert changed != arrived
            assert not verifies(changed, key)


def test_another_key_does_not_verify(key, tmp_path):
    message = press().render(every_letter("en")[0], recipient=TO, message_id=ID, at=AT).message
    other = tmp_path / "other.pem"
    other.write_bytes(pem(rsa.generate_private_key(65537, 2048)))
    arrived = sent(lambda plain: SignedPost(plain, key), message)
    assert not verifies(arrived, key, Key(other, key.selector, key.domain).record)


def test_in_test_mode_what_is_signed_is_what_leaves(key):
    message = press().render(every_letter("zh-CN")[0], recipient=TO, message_id=ID, at=AT).message
    arrived = sent(lambda plain: RedirectedPost(SignedPost(plain, key), "t@x.example"), message)
    assert b"X-Redirected-From: " in arrived
    assert verifies(arrived, key)


class NoPost:
    def approach(self, message, *, recipient):
        raise AssertionError("nothing unsigned may leave")


@pytest.mark.parametrize("wrong", ["absent", "text", "short", "curve"])
def test_what_cannot_be_signed_waits_and_says_why(tmp_path, wrong):
    file = tmp_path / "private.pem"
    made = {
        "text": b"secret",
        "short": pem(rsa.generate_private_key(65537, 1024)).replace(b"PRIVATE", b"PRIVAT"),
        "curve": pem(ec.generate_private_key(ec.SECP256R1())),
    }
    if wrong in made:
        file.write_bytes(made[wrong])
    key = Key(file, "letters", "hengyuan.example")
    handed = SignedPost(NoPost(), key).approach(b"From: a@b.example\r\n\r\nx", recipient=TO)
    assert handed.delivery is Delivery.LATER
    assert str(file) in handed.answer
    with pytest.raises(Refusal):
        assert key.record


def test_nothing_in_the_dns_is_nothing_and_no_trouble(key, monkeypatch):
    def silent(*_, **__):
        raise TimeoutError

    monkeypatch.setattr("dkim.dnsplug.get_txt", silent)
    assert key.published() is None
    monkeypatch.setattr("dkim.dnsplug.get_txt", lambda *_, **__: key.record.encode())
    assert key.published() == key.record
