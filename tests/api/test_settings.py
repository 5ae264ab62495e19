"""What an operator can set, and what is said of a value that cannot be."""

import subprocess
import sys

import pytest

from api.settings import InvalidSettings, Settings, read_settings
from geo.ingest.source import Limits


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "KAWASAN_PORT: 'abc' bukan bilangan bulat."),
        ("PORT", "-1", "KAWASAN_PORT: -1 terlalu kecil; paling sedikit 0."),
        ("PORT", "65536", "KAWASAN_PORT: 65536 terlalu besar; paling banyak 65535."),
        ("BASE_URL", "kawasan.go.id", "KAWASAN_BASE_URL: 'kawasan.go.id' bukan alamat."),
        ("BASE_URL", "https://", "KAWASAN_BASE_URL: 'https://' bukan alamat."),
        ("DEFAULT_LANGUAGE", "de", "KAWASAN_DEFAULT_LANGUAGE: 'de' tidak dikenal."),
        ("BASEMAP", "https://x/{z}/{x}", "{z}/{x}/{y}.png"),
        ("CORS_ORIGINS", "a.go.id", "KAWASAN_CORS_ORIGINS: 'a.go.id' bukan daftar asal."),
        ("CORS_ORIGINS", '["https://a.go.id"', "bukan daftar asal"),
        ("CORS_ORIGINS", "[1]", "KAWASAN_CORS_ORIGINS"),
        ("HOSTS", "https://peta.go.id", "KAWASAN_HOSTS: 'https://peta.go.id' bukan daftar nama"),
        ("HOSTS", "peta.go.id:8000", "tanpa porta"),
        ("TRUSTED_PROXIES", "nginx", "KAWASAN_TRUSTED_PROXIES: 'nginx' bukan daftar alamat"),
        ("MAX_UPLOAD_BYTES", "0", "paling sedikit 1"),
        ("READER_WALL_S", "nan", "KAWASAN_READER_WALL_S"),
        ("READER_MEMORY_BYTES", "1000", "terlalu kecil"),
    ],
)
def test_a_wrong_setting_is_a_sentence_that_names_it(monkeypatch, name, value, told):
    monkeypatch.setenv(f"KAWASAN_{name}", value)
    with pytest.raises(InvalidSettings) as refused:
        read_settings()
    assert told in str(refused.value)
    assert refused.value.sentence.en != refused.value.sentence.id


def test_every_wrong_setting_is_told(monkeypatch):
    monkeypatch.setenv("KAWASAN_PORT", "x")
    monkeypatch.setenv("KAWASAN_DEFAULT_LIMIT", "x")
    monkeypatch.setenv("KAWASAN_DEFAULT_LANGUAGE", "en")
    with pytest.raises(
        InvalidSettings, match=r"KAWASAN_PORT: 'x' is not .*KAWASAN_DEFAULT_LIMIT: 'x' is not"
    ):
        read_settings()


@pytest.mark.parametrize(
    ("stated", "origins"),
    [
        ("*", ["*"]),
        ('["*"]', ["*"]),
        ("https://a.go.id, https://b.go.id:8443/", ["https://a.go.id", "https://b.go.id:8443"]),
        ('["https://a.go.id", "null"]', ["https://a.go.id", "null"]),
        ("", []),
    ],
)
def test_origins_are_separated_by_commas_or_a_json_list(monkeypatch, stated, origins):
    monkeypatch.setenv("KAWASAN_CORS_ORIGINS", stated)
    assert read_settings().cors_origins == origins


@pytest.mark.parametrize("stated", ["https://kawasan.go.id/", "https://kawasan.go.id", ""])
def test_a_base_url_ends_without_a_slash(monkeypatch, stated):
    monkeypatch.setenv("KAWASAN_BASE_URL", stated)
    assert read_settings().base_url == (stated.rstrip("/") or None)


def test_what_is_given_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("KAWASAN_PORT", "1")
    assert read_settings(port=2).port == 2


def test_an_upload_costs_as_much_as_the_settings_allow():
    assert Settings().reader_limits() == Limits()
    limits = Settings(max_upload_bytes=7, reader_cpu_s=5, reader_wall_s=6).reader_limits()
    assert (limits.upload_bytes, limits.cpu_s, limits.wall_s) == (7, 5, 6)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "KAWASAN_PORT: 'abc' bukan bilangan bulat."),
        ("BASE_URL", "kawasan.go.id", "KAWASAN_BASE_URL: 'kawasan.go.id' bukan alamat."),
    ],
)
def test_a_server_that_makes_the_service_ends_with_the_sentence_alone(
    monkeypatch, name, value, told
):
    monkeypatch.setenv(f"KAWASAN_{name}", value)
    command = [sys.executable, "-m", "uvicorn", "api.main:create_app", "--factory", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1
