"""Secrets in the database open only with a key that is not in it, and only as what they are."""

import sqlite3
import stat
import threading

import pytest

from creditflow.cli.doctor import examine
from creditflow.cli.examining.finding import State
from creditflow.cli.installing import prepare
from creditflow.domain.access import SecondFactor, is_sealed
from creditflow.domain.errors import Unavailable
from creditflow.domain.one_time_codes import code_at, hash_of_recovery, step_of
from creditflow.post.keys import add_key, forget_older_keys, kept_keys, make_key
from creditflow.services.admitting import WrongCode, ensure_code, factor_of
from creditflow.services.sealing import seal_all
from creditflow.settings import Settings
from creditflow.store.sealing import KeptSeals
from tests.makers import NOW, a_person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WHO = a_person()


@pytest.fixture
def file(tmp_path):
    make_key(tmp_path / "secrets.key")
    return tmp_path / "secrets.key"


@pytest.fixture
def seals(file):
    return KeptSeals(lambda: kept_keys(file))


def test_what_is_sealed_opens_and_shows_nothing(seals):
    sealed = seals.seal(SECRET, of="zhao")

    assert SECRET not in sealed
    assert seals.open(sealed, of="zhao") == SECRET
    assert seals.is_fresh(sealed)
    assert seals.seal(SECRET, of="zhao") != sealed


@pytest.mark.parametrize("spoil", ["other thing", "other key", "cut", "clear"])
def test_nothing_else_opens(seals, tmp_path, spoil):
    sealed, of = seals.seal(SECRET, of="zhao"), "zhao"
    if spoil == "other thing":
        of = "qian"
    elif spoil == "other key":
        make_key(tmp_path / "other.key")
        seals = KeptSeals(lambda: kept_keys(tmp_path / "other.key"))
    elif spoil == "cut":
        sealed = sealed[:-8]
    else:
        sealed = SECRET

    with pytest.raises(Unavailable, match=r"secrets\.key"):
        seals.open(sealed, of=of)


def test_a_new_key_seals_and_the_older_ones_open_until_they_are_forgotten(seals, file):
    old = seals.seal(SECRET, of="zhao")
    add_key(file)

    assert len(kept_keys(file)) == 2
    assert seals.open(old, of="zhao") == SECRET
    assert not seals.is_fresh(old)
    new = seals.seal(SECRET, of="zhao")
    assert forget_older_keys(file) == 1
    assert seals.open(new, of="zhao") == SECRET
    with pytest.raises(Unavailable):
        seals.open(old, of="zhao")


def test_the_file_is_ours_alone_and_many_makers_agree(tmp_path):
    path = tmp_path / "keys" / "secrets.key"
    makers = [threading.Thread(target=make_key, args=(path,)) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(kept_keys(path)) == 1
    add_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("held", [b"", b"short", b"x" * 33, None])
def test_a_file_that_is_no_key_is_told(tmp_path, held):
    if held is not None:
        (tmp_path / "k").write_bytes(held)
    with pytest.raises(Unavailable, match="backup"):
        kept_keys(tmp_path / "k")


# ------------------------------------------------------------------ an installation


@pytest.fixture
def settings(tmp_path):
    return Settings(_env_file=None, data_dir=tmp_path / "var", sender_address="a@test.example")


def in_the_clear(settings):
    """An installation of before: a second factor whose secret lies open."""
    app = prepare(settings)
    with app.work() as work:
        work.people.put(WHO)
        work.factors.put(SecondFactor(WHO.id, SECRET, NOW))
        work.factors.set_recovery(WHO.id, frozenset({hash_of_recovery("aaa-bbb")}))
    app.close()


def kept(settings):
    with sqlite3.connect(settings.data_dir / "creditflow.db") as database:
        return "".join(database.iterdump())


def secrets_found(settings):
    return [f for f in examine(settings) if "secret" in str(f.what).lower()]


def test_the_next_start_seals_what_lies_in_the_clear_and_codes_go_on(settings):
    in_the_clear(settings)
    assert SECRET in kept(settings)
    assert [f.state for f in secrets_found(settings)] == [State.WARNING]

    app = prepare(settings)

    assert SECRET not in kept(settings)
    with app.work() as work:
        assert is_sealed(work.factors.of(WHO.id).secret)
        ensure_code(WHO, code_at(SECRET, step_of(NOW)), at=NOW, seals=app.seals, work=work)
        assert seal_all(seals=app.seals, work=work) == 0
    assert [f.state for f in secrets_found(settings)] == [State.OK]
    app.close()


def test_a_lost_key_is_not_made_anew_is_told_and_a_recovery_code_still_helps(settings):
    in_the_clear(settings)
    prepare(settings).close()
    settings.keys_of_secrets.unlink()

    app = prepare(settings)

    assert not settings.keys_of_secrets.exists()
    (found,) = secrets_found(settings)
    assert found.state is State.PROBLEM
    assert "second factors" in str(found.remedy)
    with app.work() as work:
        code = code_at(SECRET, step_of(NOW))
        with pytest.raises(Unavailable):
            ensure_code(WHO, code, at=NOW, seals=app.seals, work=work)
        ensure_code(WHO, "AAA-BBB", at=NOW, seals=app.seals, work=work)
    app.close()


def test_anothers_secret_put_in_ones_own_row_opens_nothing(settings):
    app = prepare(settings)
    with app.work() as work:
        work.people.put(WHO)
        theirs = app.seals.seal(SECRET, of=factor_of("chair"))
        work.factors.put(SecondFactor(WHO.id, theirs, NOW))
        with pytest.raises(Unavailable):
            ensure_code(WHO, code_at(SECRET, step_of(NOW)), at=NOW, seals=app.seals, work=work)
    app.close()


def test_a_wrong_code_is_wrong(settings):
    in_the_clear(settings)
    app = prepare(settings)
    with app.work() as work, pytest.raises(WrongCode):
        ensure_code(WHO, "000000", at=NOW, seals=app.seals, work=work)
    app.close()


def test_a_key_that_others_can_read_is_told(settings):
    prepare(settings).close()
    settings.keys_of_secrets.chmod(0o644)

    (found,) = secrets_found(settings) or [None]
    assert found is None or found.state is State.WARNING
    assert any("Others can read" in str(f.what) for f in examine(settings))
