"""What a hook is told arrives as its maker documents, signed, and nowhere within our own walls."""

import base64
import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Unavailable
from creditflow.domain.hook import EVENTS, HookEvent, HookKind, OpenHook
from creditflow.ports import Delivery
from creditflow.post.hooks.addresses import Addresses, Forbidden
from creditflow.post.hooks.sending import HttpHookPost
from creditflow.post.hooks.wording import LABELS, OPEN, OUTCOMES, TITLES, telling_of
from creditflow.post.hooks.writing import HookAnswer, verdict, write
from creditflow.services.broadcasting import DECIDED, TROUBLED
from tests.makers import NOW
from tests.post.receivers import WINDOW, Receiver, receiving

KINDS = list(HookKind)
OURS = Addresses(http=True, private=True)
SECRET, OTHER = (
    "whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2)
)  # fmt: skip
SECRETS = {"webhook": SECRET, "dingtalk": "SEC" + "d" * 60, "feishu": "feishu-secret"}
FACTS = {
    "case": "CF-000123",
    "customer": "C001",
    "customer_name": "宁波[海潮](https://evil.example)**贸易** <a>&",
    "amount": "800000.00",
    "currency": "CNY",
    "desk": "director",
    "due": "2026-03-05",
    "outcome": "approved",
}


def telling(language="zh-CN", event=HookEvent.CASE_OPENED, **facts):
    return telling_of("hook.HK-0001.7", event, {**FACTS, **facts}, at=NOW, language=language,
                      desks={"director": "总监"}, link="https://credit.example/cases/CF-000123")  # fmt: skip


@pytest.fixture
def receiver():
    with receiving(Receiver(secrets=SECRETS, now=NOW.timestamp())) as receiver:
        yield receiver


def hook(receiver, kind, *secrets):
    kept = secrets or ((SECRETS[kind],) if kind in SECRETS else ())
    return OpenHook(HookKind(kind), f"{receiver.address}/{kind}?key=k", kept, "zh-CN")


def tell(receiver, kind, *secrets, said=None, at=NOW, addresses=OURS, **how):
    post = HttpHookPost(addresses, **how)
    return post.tell(hook(receiver, kind, *secrets), said or telling(), at=at)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", [*EVENTS, HookEvent.TEST])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_takes_every_event(receiver, kind, event, language):
    handed = tell(receiver, kind, said=telling(language, event))

    assert handed.delivery is Delivery.ACCEPTED, handed
    (request,) = receiver.requests
    assert b"CF-000123" in request.body
    assert request.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("kind", ["webhook", "dingtalk", "feishu"])
def test_another_secret_or_another_time_is_not_believed(receiver, kind):
    wrong = OTHER if kind == "webhook" else "other"

    assert tell(receiver, kind, wrong).delivery is Delivery.REFUSED
    receiver.now += WINDOW + 1 if kind == "webhook" else 3601
    assert tell(receiver, kind).delivery is Delivery.REFUSED


def test_a_webhook_says_what_happened_and_a_repetition_bears_the_same_id(receiver):
    tell(receiver, "webhook")
    later = tell(receiver, "webhook", at=NOW + timedelta(seconds=200))

    assert later.answer == "200 known already"
    said = receiver.requests[0].said
    assert (said["id"], said["type"]) == ("hook.HK-0001.7", "case.opened")
    assert said["data"]["amount"] == "800000.00"
    assert said["data"]["link"] == "https://credit.example/cases/CF-000123"
    assert not {"grade", "score", "pd", "why"} & set(said["data"])


def test_while_a_secret_is_renewed_both_are_believed(receiver):
    for known in (SECRET, OTHER):
        receiver.secrets["webhook"] = known
        assert tell(receiver, "webhook", OTHER, SECRET).delivery is Delivery.ACCEPTED


def test_a_changed_body_is_not_believed(receiver):
    request = write(hook(receiver, "webhook"), telling(), NOW)
    forged = request.body.replace(b"800000.00", b"900000.00")
    import httpx

    answer = httpx.post(request.url, content=forged, headers=dict(request.headers), trust_env=False)
    assert answer.status_code == 401


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "slack", "teams"])
def test_a_customers_name_is_no_markup(receiver, kind):
    tell(receiver, kind)

    text = receiver.requests[0].body.decode()
    assert "](https://evil.example)" not in text
    assert "**贸易" not in text
    assert "<a>" not in text
    assert "海潮" in text


def test_wecom_takes_no_more_than_its_bytes(receiver):
    long = telling(customer_name="长" * 5000)

    assert tell(receiver, "wecom", said=long).delivery is Delivery.ACCEPTED
    assert "打开" in receiver.requests[0].body.decode()


def test_every_event_and_outcome_has_words_in_both_languages():
    for language in LANGUAGES:
        assert set(TITLES[language]) == set(HookEvent)
        assert set(OUTCOMES[language]) == {*DECIDED.values(), *TROUBLED.values()}
        assert LABELS[language].keys() == LABELS["en"].keys()
        assert OPEN[language]


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("kind", "status", "body", "delivery"),
    [
        ("webhook", 204, "", Delivery.ACCEPTED),
        ("webhook", 500, "", Delivery.LATER),
        ("webhook", 429, "", Delivery.LATER),
        ("webhook", 408, "", Delivery.LATER),
        ("webhook", 410, "gone", Delivery.REFUSED),
        ("webhook", 302, "", Delivery.REFUSED),
        ("wecom", 200, '{"errcode":45009}', Delivery.LATER),
        ("wecom", 200, '{"errcode":93000}', Delivery.REFUSED),
        ("dingtalk", 200, '{"errcode":130101}', Delivery.LATER),
        ("feishu", 200, '{"code":11232}', Delivery.LATER),
        ("feishu", 200, '{"StatusCode":0}', Delivery.ACCEPTED),
        ("feishu", 200, "<html>proxy</html>", Delivery.LATER),
        ("slack", 404, "no_service", Delivery.REFUSED),
        ("teams", 202, "", Delivery.ACCEPTED),
    ],
)
def test_an_answer_is_read_as_its_maker_means_it(kind, status, body, delivery):
    assert verdict(HookKind(kind), HookAnswer(status, body)) is delivery


def test_a_receiver_that_is_slow_or_absent_is_tried_later(receiver):
    receiver.pause = 0.5
    assert tell(receiver, "webhook", patience=0.1).delivery is Delivery.UNKNOWN
    gone = replace(hook(receiver, "webhook"), url="http://127.0.0.1:9/x")
    assert HttpHookPost(OURS).tell(gone, telling(), at=NOW).delivery is Delivery.LATER


def test_a_redirect_leads_nowhere(receiver):
    receiver.headers["Location"] = f"{receiver.address}/teams"
    receiver.verdicts = [(307, "there")]

    assert tell(receiver, "slack").delivery is Delivery.REFUSED
    assert len(receiver.requests) == 1


def test_a_huge_answer_is_not_read_to_its_end(receiver):
    receiver.verdicts = [(200, "x" * 3_000_000)]

    assert len(tell(receiver, "slack").answer) <= 300


# ------------------------------------------------------------------ where nothing is told


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "https://",
        "https://user:password@example.com/x",
        "https://example.com/x#fragment",
        "https://exa mple.com/",
        "https://127.0.0.1/x",
        "https://10.0.0.8/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[fe80::1%25eth0]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://[2002:a00:1::]/x",
        "https://224.0.0.1/x",
        "https://example.com:0/x",
        "https://example.com:99999/x",
    ],
)
def test_these_addresses_are_refused_when_a_hook_is_proposed(url):
    assert Addresses().objection(url) is not None


@pytest.mark.parametrize("url", ["https://example.com/x?key=1", "https://8.8.8.8/x",
                                 "https://example.com:8443/x"])  # fmt: skip
def test_the_open_internet_is_fine(url):
    assert Addresses().objection(url) is None


@pytest.mark.parametrize("behind", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"]])
def test_a_name_that_leads_within_is_refused_at_every_message(behind):
    with pytest.raises(Forbidden, match="network of one's own"):
        Addresses(resolve=lambda *_: behind).place("https://inside.example/x")


def test_a_name_that_changes_between_look_and_connection_leads_nowhere_else(receiver):
    """The number that was looked at is the one that is connected to: there is no second look."""
    looks = []

    def resolve(host, port):
        looks.append(host)
        return ["127.0.0.1"] if len(looks) == 1 else ["10.0.0.1"]

    addresses = Addresses(http=True, private=True, resolve=resolve)
    port = receiver.address.rpartition(":")[2]
    elsewhere = OpenHook(HookKind.SLACK, f"http://hook.example:{port}/slack", (), "en")

    handed = HttpHookPost(addresses).tell(elsewhere, telling(), at=NOW)

    assert handed.delivery is Delivery.ACCEPTED
    assert looks == ["hook.example"]
    assert receiver.requests[0].headers["host"] == f"hook.example:{port}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for hook.example, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(pem) + private)
    return file


@pytest.mark.parametrize(("host", "taken"), [("hook.example", True), ("other.example", False)])
def test_the_certificate_is_checked_against_the_name(certificate, host, taken):
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trust = ssl.create_default_context(cafile=certificate)
    with receiving(Receiver(), serving) as receiver:
        port = receiver.address.rpartition(":")[2]
        place = OpenHook(HookKind.SLACK, f"https://{host}:{port}/slack", (), "en")
        addresses = Addresses(private=True, resolve=lambda *_: ["127.0.0.1"])
        handed = HttpHookPost(addresses, trust=trust).tell(place, telling(), at=NOW)

    assert (handed.delivery is Delivery.ACCEPTED) is taken, handed
    assert bool(receiver.requests) is taken


def test_a_local_address_is_told_nothing_unless_it_is_let_through(receiver):
    handed = tell(receiver, "slack", addresses=Addresses(http=True))

    assert handed.delivery is Delivery.REFUSED
    assert "CREDITFLOW_HOOKS_PRIVATE" in handed.answer
    assert receiver.requests == []


def test_a_name_that_cannot_be_looked_up_is_tried_later():
    def resolve(*_):
        from creditflow.domain.sentences import say

        raise Unavailable(say("The name is empty."))

    elsewhere = OpenHook(HookKind.SLACK, "https://hook.example/x", (), "en")
    post = HttpHookPost(Addresses(resolve=resolve))
    assert post.tell(elsewhere, telling(), at=NOW).delivery is Delivery.LATER


def test_a_body_is_plain_json_in_utf8(receiver):
    tell(receiver, "feishu")

    assert "海潮" in json.dumps(receiver.requests[0].said, ensure_ascii=False)
