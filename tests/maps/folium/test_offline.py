import hashlib
import re
import tomllib

import folium
import pytest

from maps.assets import STATIC_DIR, VENDOR_DIR, AssetNotShipped, Assets, vendored
from maps.folium.offline import OfflineFigure, OfflineMap

MANIFEST = tomllib.loads((VENDOR_DIR / "manifest.toml").read_text(encoding="utf-8"))
NAMED_FILES = sorted(
    str(path.relative_to(VENDOR_DIR)) for path in VENDOR_DIR.glob("*/*/**/*") if path.is_file()
)


def make_map() -> OfflineMap:
    drawing = OfflineMap((-3.0, 115.0))
    folium.CircleMarker((-3.0, 115.0)).add_to(drawing)
    return drawing


def test_every_vendored_file_is_in_the_manifest() -> None:
    assert sorted(MANIFEST["sha256"]) == NAMED_FILES


@pytest.mark.parametrize("file", NAMED_FILES)
def test_vendored_files_hold_their_sha256(file: str) -> None:
    found = hashlib.sha256((VENDOR_DIR / file).read_bytes()).hexdigest()
    assert found == MANIFEST["sha256"][file]


def test_every_address_leads_to_a_shipped_file() -> None:
    assert set(vendored().values()) <= set(MANIFEST["sha256"])


def test_every_package_has_its_licence() -> None:
    listed = (VENDOR_DIR / "LICENCES.md").read_text(encoding="utf-8")
    for folder in VENDOR_DIR.glob("*/*"):
        assert (folder / "LICENSE").is_file()
        assert f"{folder.parent.name}/{folder.name}/LICENSE" in listed


@pytest.mark.parametrize("sheet", sorted(STATIC_DIR.rglob("*.css")), ids=lambda path: path.name)
def test_style_sheets_name_only_files_that_we_ship(sheet) -> None:
    for address in re.findall(r"url\(['\"]?([^'\")]+)", sheet.read_text(encoding="utf-8")):
        # The second is a rule for browsers of the last century, which name no file.
        assert address.startswith("#") or (sheet.parent / address).is_file()


def test_a_map_asks_only_for_our_files() -> None:
    html = OfflineFigure(make_map(), assets=Assets("/static")).render()
    assert re.findall(r'(?:src|href)="([^"?]+)', html) == [
        "/static/vendor/leaflet/1.9.4/leaflet.css",
        "/static/vendor/leaflet/1.9.4/leaflet.js",
    ]
    assert "http" not in html.replace("http-equiv", "")


def test_an_address_outside_the_manifest_stops_the_page() -> None:
    plain = folium.Map(location=(-3.0, 115.0), tiles=None)
    with pytest.raises(AssetNotShipped, match=r"bootstrap.*manifest\.toml"):
        OfflineFigure(plain).parts()


def test_a_plugin_that_we_do_not_ship_stops_the_page() -> None:
    from folium.plugins import MiniMap

    drawing = make_map()
    MiniMap().add_to(drawing)
    with pytest.raises(AssetNotShipped, match="minimap"):
        drawing.parts(Assets())


def test_the_lists_that_all_folium_maps_share_stay_as_they_are() -> None:
    before = list(folium.Map.default_js)
    make_map().parts(Assets())
    assert folium.Map.default_js == before


def test_every_inline_script_and_style_carries_the_nonce() -> None:
    html = OfflineFigure(make_map(), assets=Assets(nonce="n0nce")).render()
    tags = re.findall(r"<(?:script|style)\b[^>]*>", html)
    assert len(tags) == 4
    assert all('nonce="n0nce"' in tag for tag in tags)


def test_a_hostile_nonce_stays_inside_its_attribute() -> None:
    html = OfflineFigure(make_map(), assets=Assets(nonce='"><script>x')).render()
    assert "<script>x" not in html


def test_a_standalone_page_names_no_file_at_all() -> None:
    html = OfflineFigure(make_map(), assets=Assets(standalone=True)).render()
    assert re.findall(r"<link\b|<script[^>]* src", html) == []
    assert set(re.findall(r"url\((.{5})", html)) <= {"data:", "#defa"}


def test_our_scripts_can_be_written_into_a_page() -> None:
    for script in STATIC_DIR.rglob("*.js"):
        assert "</script" not in script.read_text(encoding="utf-8").lower()


def test_the_same_map_is_the_same_bytes() -> None:
    drawing = make_map()
    first = drawing.parts(Assets())
    assert first == make_map().parts(Assets())
    assert first == drawing.parts(Assets())


def test_an_address_changes_with_the_content() -> None:
    expected = hashlib.sha256((STATIC_DIR / "css/kawasan.css").read_bytes()).hexdigest()[:12]
    assert Assets("/s/").address("css/kawasan.css") == f"/s/css/kawasan.css?v={expected}"
