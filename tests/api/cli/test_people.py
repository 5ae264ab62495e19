"""The commands of people, keys and rules, over a store without any data."""

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner

from api.cli.app import app
from geo.store import users
from geo.store.store import Store

PASSWORD = "kuda hijau terbang"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KAWASAN_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(users, "hasher", lambda: PasswordHasher(1, 8, 1))
    opened = Store(tmp_path / "store")
    yield opened
    opened.close()


def run(*words, given="", expect=0):
    result = CliRunner().invoke(app, list(words), input=given)
    assert result.exit_code == expect, result.output
    return " ".join(result.output.split())


def user_add(*words, given=PASSWORD + "\n", expect=0):
    said = ("--role", "editor", "--name", "Sri Wahyuni", "--lang", "en", *words)
    return run("user", "add", "sri", *said, given=given, expect=expect)


def test_a_user_is_added_listed_changed_and_closed(store):
    said = user_add("--institution", "Dinas", "--regency", "63.02", "--regency", "63.10")
    assert PASSWORD not in said
    assert store.users.is_password("sri", PASSWORD)
    listed = run("user", "list")
    for word in ("sri", "Sri Wahyuni", "editor", "Dinas", "63.02, 63.10"):
        assert word in listed
    assert "argon2" not in listed
    run("user", "role", "sri", "publisher")
    run("user", "password", "sri", given="a longer one than before\n")
    assert store.users.all()[0]["role"] == "publisher"
    assert store.users.is_password("sri", "a longer one than before")
    run("user", "disable", "sri")
    assert not store.users.is_password("sri", "a longer one than before")
    assert [e["action"] for e in store.audit()] == [
        *("user-add", "user-role", "user-password", "user-disable")
    ]


def test_a_password_comes_from_a_file_or_is_typed_twice(store, tmp_path, monkeypatch):
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\nsecond line\n")
    user_add("--password-file", str(file), given="")
    assert store.users.is_password("sri", PASSWORD)
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    words = ("user", "password", "sri", "--lang", "en")
    assert "differ" in run(*words, given="one long password\nanother one here\n", expect=1)
    typed = run(*words, given="one long password\none long password\n")
    assert "one long" not in typed
    assert store.users.is_password("sri", "one long password")


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        ((), "short\n", "too short"),
        ((), "", "too short"),
        (("--role", "king"), PASSWORD, "viewer, editor, publisher, admin"),
        (("--role", "viewer", "--regency", "63.02"), PASSWORD, "Only an editor"),
        (("--password-file", "nowhere"), "", "nowhere"),
    ],
)
def test_what_cannot_be_is_a_sentence(store, words, given, said):
    assert said in user_add(*words, given=given, expect=1)
    assert store.users.all() == []


def test_nobody_of_that_name_is_a_sentence(store):
    for words in (("disable", "budi"), ("role", "budi", "viewer")):
        assert "budi" in run("user", *words, expect=1)


def test_a_key_has_a_role_regencies_and_a_last_day(store):
    bounds = ("--role", "editor", "--regency", "63.02", "--institution", "Dinas")
    key = run("key", "add", "--label", "QGIS", *bounds, "--expires", "2099-12-31")
    actor = store.keys.require(key)
    assert (actor.role, actor.regencies, actor.institution) == ("editor", {"63.02"}, "Dinas")
    listed = run("key", "list")
    for word in ("editor", "63.02", "Dinas", "2100-01-01T00:00:00Z"):
        assert word in listed
    assert "2020-01-01" in run("key", "add", "--label", "x", "--expires", "2020-01-01", expect=1)
    assert store.keys.require(run("key", "add", "--label", "y", "--approves-own")).approves_own


def test_rules_are_set_and_listed(store):
    assert "closed" in run("store", "rules")
    run("store", "rule", "closed", "on")
    assert store.rules.is_on("closed")
    run("store", "rule", "closed", "off")
    assert not store.rules.is_on("closed")
    assert [e["action"] for e in store.audit()] == ["rule", "rule"]
