"""Land rasters that are handed in: one answer with the command line, nothing read but the GeoTIFF itself."""

import json
import os
import subprocess
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import rasterio

from geo.errors import RasterRefused, UploadUnsupported, WarningsNotAccepted
from geo.ingest import sandbox
from geo.ingest.formats import require_raster
from geo.ingest.source import Limits
from geo.planning.publish_land import add_land
from geo.raster.files import RasterFile
from geo.raster.grid import Window
from geo.store.roles import Actor
from geo.store.store import Store
from geo.submission import approval, check, raster_reader, rasters
from tests.api.examples import publish
from tests.regions import give_region

X, Y = 500_000.0, 9_600_000.0
SRI = Actor("sri", "editor", "Dinas PU", regencies=frozenset({"63.01"}))
ADI = Actor("adi", "publisher", "Bappeda")


@pytest.fixture
def store(tmp_path, make_layer, square):
    opened = Store(tmp_path / "store")
    give_region(opened)
    area = {"63.01": square(X, Y, 10_000)}
    publish(opened, "regencies", make_layer(area, name=["Tanah Laut"]))
    publish(opened, "zones", make_layer({"angsana": square(X, Y, 10_000)}, name=["Angsana"]))
    yield opened
    opened.close()


@pytest.fixture
def slope(make_raster):
    def make(array=None, **kw):
        values = np.full((10, 10), 5, dtype="float32") if array is None else array
        return make_raster(values, **({"cell": 1000, "origin": (X, Y + 10_000)} | kw))

    return make


@pytest.fixture
def quick(monkeypatch):
    """Reading in this process: the confined one is tested where the door is."""

    def in_process(module, folder, *, limits, watch, library):
        assert (module, library) == ("geo.submission.raster_reader", "rasterio")
        job = raster_reader.pickle.loads((folder / "job.pickle").read_bytes())
        document = raster_reader.read_and_check(job, folder)
        return sandbox.Outcome(json.loads(json.dumps(document)))

    monkeypatch.setattr(rasters, "run_confined", in_process)


@pytest.fixture
def handed_in(store, quick):
    """What becomes of a raster that is handed in and checked."""

    def hand_in(path, name="slope_percent", *, actor=SRI, limits=None, **chosen):
        dataset = f"land-{name}"
        given = {"filename": path.name, "dataset": dataset, "chosen": chosen, "actor": actor}
        upload = check.receive(store, path, **given)
        return check.check(store, upload.upload, limits=limits or Limits())

    return hand_in


def errors_of(upload):
    return [f for f in upload.report["findings"] if f["severity"] == "error"]


def test_a_raster_goes_through_the_states_and_is_published_as_the_command_line_publishes_it(
    store, slope, handed_in
):
    path = slope()
    upload = handed_in(path, source="PU 2026", licence="terbuka", year="2026")
    summary = upload.report["summary"]
    assert (upload.state, upload.report["errors"], upload.report["against"]) == ("ready", 0, 0)
    facts = ("format", "width", "height", "crs", "unit", "band", "bands", "valid_share", "least")
    stated = ["geotiff", 10, 10, "EPSG:32750", "%", 1, 1, 1.0, 5.0]
    assert [summary[name] for name in facts] == stated
    assert store.check().missing == store.check().orphans == ()
    approval.submit(store, upload.upload, actor=SRI, note="lereng")
    version = approval.publish(store, upload.upload, actor=ADI)
    said = (version.source, version.licence, version.role, version.details["year"])
    assert said == ("PU 2026", "terbuka", "publisher", "2026")
    assert list((store.folder / "uploads").iterdir()) == []

    by_operator = add_land(
        store, path, name="slope_percent", source="PU 2026", licence="terbuka", year="2026"
    )
    assert by_operator.sha256 == version.sha256
    own = by_operator.details
    assert {name: version.details[name] for name in own} == own


def test_an_elevation_is_published_with_what_is_derived_from_it_in_one_step(
    store, slope, handed_in, monkeypatch
):
    monkeypatch.setattr(
        "geo.planning.publish_land.derivable", lambda: ("slope_percent", "relief_m")
    )
    dem = slope(np.arange(1600, dtype="float32").reshape(40, 40), cell=250)
    upload = handed_in(dem, "elevation", source="DEMNAS", licence="BIG")
    assert upload.report["summary"]["derived"] == ["slope_percent", "relief_m"]
    waiting = {path.name for path in (store.folder / "uploads").iterdir()}
    ending = ("original", "elevation.tif", "slope_percent.tif", "relief_m.tif")
    assert waiting == {f"{upload.upload}.{end}" for end in ending}
    assert store.check().orphans == ()
    approval.publish(store, upload.upload, actor=ADI, note="DEM")
    assert store.datasets("raster") == ["land-elevation", "land-relief_m", "land-slope_percent"]
    derived = store.version("land-slope_percent")
    elevation = store.version("land-elevation")
    assert derived.details["derived_from"]["sha256"] == elevation.sha256
    assert (elevation.upload, derived.upload, derived.role) == (upload.upload, None, "publisher")


def test_what_land_add_refuses_is_refused_with_its_sentence(store, slope, handed_in):
    refused = {
        "no_crs.tif": slope(crs=None, name="no_crs.tif"),
        "elsewhere.tif": slope(origin=(X + 500_000, Y), name="elsewhere.tif"),
        "bands.tif": slope(np.zeros((3, 10, 10), dtype="uint8"), name="bands.tif"),
        "mark.tif": slope(np.array([[-9999.0] + [5.0] * 9] * 10, "float32"), name="mark.tif"),
    }
    for path in refused.values():
        with pytest.raises(RasterRefused) as told:
            add_land(store, path, name="slope_percent", source="u", licence="u")
        upload = handed_in(path)
        assert upload.state == "needs_choices"
        sentences = [{"id": told.value.detail("id"), "en": told.value.detail("en")}]
        assert [f["sentence"] for f in errors_of(upload)] == sentences
    assert store.datasets("raster") == []


def test_a_choice_mends_a_raster_of_several_bands(store, slope, handed_in):
    bands = np.stack([np.full((10, 10), value, dtype="float32") for value in (1, 2, 3)])
    upload = handed_in(slope(bands))
    assert [f["code"] for f in errors_of(upload)] == ["raster_band"]
    check.choose(store, upload.upload, {"band": 2}, actor=SRI)
    again = check.check(store, upload.upload)
    assert (again.state, again.report["summary"]["least"]) == ("ready", 2.0)


def test_a_raster_of_ones_own_says_its_unit(slope, handed_in):
    assert [f["code"] for f in errors_of(handed_in(slope(), "kelas"))] == ["raster_unit"]
    assert handed_in(slope(), "kelas", unit="kelas").state == "ready"


def test_a_smaller_raster_replaces_a_larger_one_only_when_that_is_said(store, slope, handed_in):
    add_land(store, slope(), name="slope_percent", source="u", licence="u")
    part = np.full((10, 10), np.nan, dtype="float32")
    part[:1] = 5
    small = slope(part, name="part.tif")
    assert "measures more areas" in errors_of(handed_in(small))[0]["sentence"]["en"]
    upload = handed_in(small, replace_smaller=True, source="x", licence="x")
    assert upload.state == "ready"
    assert upload.report["summary"]["valid_share"] == pytest.approx(0.1)
    lost, part = (f for f in upload.report["findings"] if f["to_accept"])
    assert "1 become 0; those that lose it: Angsana" in lost["sentence"]["en"]
    assert (
        "10% of the province's area only. Covered in part: Tanah Laut (10%)."
        in (part["sentence"]["en"])
    )
    with pytest.raises(WarningsNotAccepted):
        approval.publish(store, upload.upload, actor=ADI, note="x")


def test_a_mask_in_the_archive_hides_cells_and_nothing_else_beside_the_raster_is_read(
    store, slope, handed_in, tmp_path
):
    path = slope()
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as file:
        mask = np.full((10, 10), 255, dtype="uint8")
        mask[:6] = 0
        file.write_mask(mask)
    archive = tmp_path / "lereng.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(path, "peta/lereng.tif")
        zipped.write(f"{path}.msk", "peta/lereng.tif.msk")
        zipped.writestr("peta/lereng.tif.aux.xml", "<PAMDataset>/etc/passwd</PAMDataset>")
        zipped.write(path, "peta/lereng.tif.ovr")
    upload = handed_in(archive)
    assert upload.report["summary"]["valid_share"] == pytest.approx(0.4)
    assert upload.report["counts"]["members_ignored"] == 1
    with RasterFile(store.uploads.made(upload.upload, ".slope_percent.tif")) as kept:
        valid = kept.read(Window(0, 0, 10, 10))[1]
    assert valid is not None
    assert valid.sum() == 40


@pytest.mark.parametrize(
    ("members", "code"),
    [(["a.tif", "b.tif"], "several_layers"), (["../a.tif"], "zip_path")],
)
def test_an_archive_holds_one_raster_inside_itself(slope, handed_in, tmp_path, members, code):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for member in members:
            zipped.write(slope(), member)
    assert [f["code"] for f in errors_of(handed_in(archive))] == [code]


VRT = b'<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand band="1"/></VRTDataset>'
MRF = b"<MRF_META><CachedSource><Source>/etc/passwd</Source></CachedSource></MRF_META>"


@pytest.mark.parametrize(
    "content", [VRT, MRF, b'{"type": "gdal_streamed_alg"}', b"\x89PNG\r\n", b"%PDF-1.7", b""]
)
def test_another_format_under_the_name_of_a_raster_is_told_before_it_is_kept(tmp_path, content):
    path = tmp_path / "lereng.tif"
    path.write_bytes(content)
    with pytest.raises(UploadUnsupported) as told:
        require_raster(path)
    assert "diterima sebagai GeoTIFF" in told.value.detail("id")


@pytest.mark.parametrize("change", ["cut", "named"])
def test_a_damaged_raster_is_refused_in_words(slope, handed_in, change):
    path = slope(np.random.default_rng(1).random((200, 200)).astype("float32"), cell=50)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if change == "cut" else b"II*\0" + MRF)
    [found] = errors_of(handed_in(path))
    assert found["code"] == "raster_refused"
    assert "r.tif" in found["sentence"]["id"]
    assert "/" not in found["sentence"]["id"]


def test_a_raster_of_too_many_cells_is_refused_by_its_header(slope, handed_in):
    upload = handed_in(slope(), limits=replace(Limits(), raster_cells=99))
    assert [f["code"] for f in errors_of(upload)] == ["raster_too_many_cells"]


IN_THE_SANDBOX = """
import json
from geo.ingest.sandbox import leave_driver
from geo.submission.raster_reader import _DRIVERS
for driver in _DRIVERS:
    leave_driver(driver)
import rasterio
with rasterio.Env() as environment:
    print(json.dumps(sorted(environment.drivers())))
"""


def test_the_process_that_reads_a_raster_knows_no_format_but_geotiff(tmp_path):
    command = [os.sys.executable, "-c", IN_THE_SANDBOX]
    environment = sandbox.locked_environment(tmp_path, "rasterio")
    answer = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert json.loads(answer.stdout) == ["COG", "GTiff", "MEM"]
