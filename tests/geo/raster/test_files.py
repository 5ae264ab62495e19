"""Which cells of a file are valid: one answer at every door, and GDAL's where GDAL has one."""

import pickle
import struct
import warnings

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.enums import ColorInterp

from geo.errors import RasterRefused
from geo.raster.files import RasterFile, copy_as_cog
from geo.raster.grid import valid_cells
from geo.raster.zonal import zonal_statistics

X, Y = 500_000.0, 9_600_000.0
_NODATA_TAG = 42113


@pytest.fixture
def write(tmp_path):
    """Write bands (n, height, width) of 100 m cells; return the path."""

    def make(bands, *, mask=None, beside=False, name="r.tif", nodata=None, **how):
        bands = np.asarray(bands)
        if bands.ndim == 2:
            bands = bands[np.newaxis]
        path = tmp_path / name
        shape = {"count": bands.shape[0], "height": bands.shape[1], "width": bands.shape[2]}
        where = {"crs": "EPSG:32750", "transform": rasterio.transform.from_origin(X, Y, 100, 100)}
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=not beside),
            rasterio.open(
                *(path, "w"), driver="GTiff", dtype=bands.dtype, nodata=nodata, **shape, **where
            ) as raster,
        ):
            for key, value in how.items():
                setattr(raster, key, value)
            raster.write(bands)
            if mask is not None:
                raster.write_mask(mask)
        return path

    return make


def hidden(path, band=None):
    """Which cells are no data, and the values of the others."""
    with RasterFile(path, band) as raster:
        values, valid = raster.read(raster.grid.whole)
    return np.zeros(values.shape, bool) if valid is None else ~valid, values


def write_nodata(path, text):
    """Write the text of the nodata tag as another program might."""
    content = bytearray(path.read_bytes())
    (start,) = struct.unpack_from("<I", content, 4)
    (n_tags,) = struct.unpack_from("<H", content, start)
    for entry in range(start + 2, start + 2 + 12 * n_tags, 12):
        if struct.unpack_from("<H", content, entry)[0] == _NODATA_TAG:
            stored = text.encode().ljust(4, b"\0") + b"\0"
            struct.pack_into("<II", content, entry + 4, len(stored), len(content))
            content += stored
            break
    path.write_bytes(content)


CELLS = np.arange(12, dtype="float32").reshape(3, 4)
SECOND_ROW = np.array([[0] * 4, [1] * 4, [0] * 4], dtype=bool)


def test_a_mask_and_a_nodata_value_hide_both(write):
    """GDAL looks at the mask alone; -9999 under no mask would be a height (r41 of the cases)."""
    cells = CELLS.copy()
    cells[0, 0] = -9999
    path = write(cells, nodata=-9999, mask=~SECOND_ROW)
    is_hidden, _ = hidden(path)
    assert is_hidden.tolist() == (SECOND_ROW | (cells == -9999)).tolist()


@pytest.mark.parametrize("nodata", [None, -9999])
@pytest.mark.parametrize("beside", [False, True])
def test_a_mask_hides_inside_the_file_and_beside_it(write, nodata, beside):
    path = write(CELLS, mask=~SECOND_ROW, nodata=nodata, beside=beside)
    assert path.with_name("r.tif.msk").exists() == beside
    assert hidden(path)[0].tolist() == SECOND_ROW.tolist()


@pytest.mark.parametrize("nodata", [None, 250])
def test_an_alpha_band_hides_where_it_is_0_and_is_no_band_of_data(write, nodata):
    alpha = np.where(SECOND_ROW, 0, 255)
    path = write(
        np.stack([CELLS, alpha]).astype("uint8"),
        nodata=nodata,
        colorinterp=[ColorInterp.gray, ColorInterp.alpha],
    )
    is_hidden, values = hidden(path)
    assert is_hidden.tolist() == SECOND_ROW.tolist()
    assert values.tolist() == CELLS.tolist()


@pytest.mark.parametrize(
    ("dtype", "text", "cells"),
    [
        ("float32", "-3.40282e+38", [-3.4028235e38, -1e32, 0]),
        ("float32", "-3.4028234663852886e+38", [-3.4028235e38, 0]),
        ("float32", "-1.7976931348623157e+308", [-np.inf, -3.4028235e38, 0]),
        ("float32", "-9999", [-9999, -9999.004, -9999.01, 9999]),
        ("float32", "0.1", [0.1, 0.10000001, 0.1000001]),
        ("float32", "nan", [np.nan, 0]),
        ("float32", "1e40", [np.inf, 0]),
        ("float64", "-9999", [-9999, -9999.001, -9999.1]),
        ("float64", "-3.40282e+38", [-3.4028234663852886e38, 0]),
        ("uint8", "-9999", [0, 241, 255]),
        ("uint8", "256", [0, 255]),
        ("uint8", "255.0", [0, 255]),
        ("uint8", "254.6", [254, 255]),
        ("uint8", "nan", [0, 255]),
        ("int16", "-32768.0", [-32768, 0]),
        ("int16", "-9999.5", [-9999, -10000]),
        ("int16", "nan", [0, -32768]),
        ("int32", "-2147483648", [-2147483648, 0]),
        ("uint32", "4294967295", [4294967295, 1]),
        ("int64", "-9223372036854775807", [-9223372036854775807, -9223372036854775806]),
        ("uint64", "18446744073709551615", [18446744073709551615, 18446744073709551614]),
    ],
)
def test_nodata_is_compared_as_gdal_does_whatever_its_text(write, dtype, text, cells):
    values = np.array([cells], dtype=dtype)
    path = write(values, nodata={"f": 0.1234567890123, "i": 77, "u": 77}[values.dtype.kind])
    write_nodata(path, text)
    with rasterio.open(path) as raster:
        by_gdal = raster.read_masks(1) == 0
    assert (hidden(path)[0] == by_gdal).all()


@given(
    nodata=st.floats(allow_nan=False, width=32),
    steps=st.integers(-40, 40),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_numbers_near_nodata_are_it_exactly_where_gdal_says_so(nodata, steps, dtype):
    """`ARE_REAL_EQUAL` of GDAL 3.10: |a - b| < 2 ε₃₂ |a + b|."""
    one, cell = np.dtype(dtype).type, np.dtype(dtype).type(nodata)
    with np.errstate(over="ignore", invalid="ignore"):
        cell = cell * one(1 + steps * 4e-8)
        allowed = one(np.finfo(np.float32).eps) * abs(cell + one(nodata)) * one(2)
        expected = cell == nodata or abs(cell - one(nodata)) < allowed
    valid = valid_cells(np.array([cell]), nodata)
    assert (valid is not None and not valid[0]) == (expected or not np.isfinite(cell))


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64", "uint32"])
@pytest.mark.parametrize("nodata", [None, 3])
@pytest.mark.parametrize("by", ["nothing", "mask", "beside", "alpha", "bands", "scaled"])
def test_what_is_kept_has_the_values_and_the_valid_cells_of_its_source(
    write, tmp_path, dtype, nodata, by
):
    rng = np.random.default_rng(7)
    cells = rng.integers(0, 6, (30, 40)).astype(dtype)
    alpha = np.where(rng.random(cells.shape) < 0.3, 0, 1).astype(dtype)
    how = {
        "nothing": {},
        "mask": {"mask": alpha.astype(bool)},
        "beside": {"mask": alpha.astype(bool), "beside": True},
        "alpha": {"colorinterp": [ColorInterp.gray, ColorInterp.alpha]},
        "bands": {},
        "scaled": {"scales": [0.1], "offsets": [5.0]},
    }[by]
    bands = np.stack([cells, alpha]) if by in ("alpha", "bands") else cells
    path = write(bands, nodata=nodata, **how)
    kept = tmp_path / "kept.tif"
    with RasterFile(path, 1) as source:
        copy_as_cog(source, kept)
        values, valid = source.read(source.grid.whole)
    path.with_name("r.tif.msk").unlink(missing_ok=True)
    with RasterFile(kept) as copy, rasterio.open(kept) as by_gdal:
        kept_values, kept_valid = copy.read(copy.grid.whole)
        everywhere = np.ones(cells.shape, bool)
        valid = everywhere if valid is None else valid
        assert ((everywhere if kept_valid is None else kept_valid) == valid).all()
        assert (kept_values[valid] == values[valid]).all()
        # Others that read the copy need only GDAL.
        assert (by_gdal.read_masks(1).astype(bool) == valid).all()


def test_scale_and_offset_are_applied_to_the_cells_and_never_to_nodata(write):
    cells = np.array([[1030, -32768]], dtype="int16")
    path = write(cells, nodata=-32768, scales=[0.1], offsets=[5.0])
    is_hidden, values = hidden(path)
    assert is_hidden.tolist() == [[False, True]]
    assert values[0, 0] == pytest.approx(108)


def test_of_several_bands_one_must_be_asked_for(write):
    path = write(np.stack([CELLS, CELLS + 100, CELLS + 200]), descriptions=["a", "b", None])
    with pytest.raises(RasterRefused, match=r"3 bands: 1 \(a\), 2 \(b\), 3 \(-\)\..* --band 1"):
        RasterFile(path).grid  # noqa: B018
    with pytest.raises(RasterRefused, match="no band of data number 4"):
        RasterFile(path, 4).grid  # noqa: B018
    assert hidden(path, 2)[1].tolist() == (CELLS + 100).tolist()
    assert pickle.loads(pickle.dumps(RasterFile(path, 3))).band == 3


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"crs": None}, "does not say its CRS or position"),
        ({"transform": rasterio.Affine.identity()}, "does not say its CRS or position"),
        ({"crs": rasterio.CRS.from_epsg(4978)}, "neither geographic nor projected"),
    ],
)
def test_a_raster_without_a_place_on_earth_is_refused_at_every_door(write, how, words):
    path = write(CELLS)
    # Written anew: a header can lose its position only so.
    with rasterio.open(path) as raster:
        profile = raster.profile | how
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path, "w", **profile) as raster:
            raster.write(CELLS, 1)
    with pytest.raises(RasterRefused, match=words) as refused:
        RasterFile(path).grid  # noqa: B018
    assert path.name in refused.value.detail("id")


def test_complex_numbers_are_no_values(write):
    with pytest.raises(RasterRefused, match="complex numbers"):
        RasterFile(write(CELLS.astype("complex64"))).grid  # noqa: B018


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/http://127.0.0.1:9/r.tif",
        "http://127.0.0.1:9/r.tif",
        "/vsizip/{folder}/r.zip/r.tif",
        "GTIFF_DIR:1:{folder}/r.tif",
    ],
)
def test_only_a_file_on_this_machine_is_opened(write, tmp_path, name):
    write(CELLS)
    path = type(tmp_path)(name.format(folder=tmp_path))
    with pytest.raises(FileNotFoundError):
        RasterFile(path).grid  # noqa: B018


def test_files_beside_a_raster_change_nothing_but_the_mask(write):
    path = write(CELLS, name="a.tif")
    other = write(CELLS + 50, name="b.tif")
    with rasterio.open(other, "r+") as raster:
        raster.build_overviews([2])
    path.with_name("a.tif.ovr").write_bytes(other.read_bytes())
    path.with_name("a.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>5</NoDataValue><Scale>2</Scale>'
        f"<Overview/></PAMRasterBand><Metadata><MDI key='OVERVIEW_FILE'>{other}</MDI></Metadata>"
        "</PAMDataset>"
    )
    with rasterio.open(path) as raster:
        assert raster.nodata == 5  # GDAL alone would take it
    is_hidden, values = hidden(path)
    assert not is_hidden.any()
    assert values.tolist() == CELLS.tolist()


def test_a_header_that_names_another_file_for_its_overviews_is_refused(write, tmp_path):
    """GDAL would copy that file's cells into the overviews of what is kept."""
    path = write(CELLS)
    with rasterio.open(path, "r+") as raster:
        raster.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=str(write(CELLS, name="b.tif")))
    with pytest.raises(RasterRefused, match="points to another file"):
        RasterFile(path).grid  # noqa: B018


@pytest.mark.parametrize("fault", ["text", "other size", "no flags", "vrt"])
def test_a_mask_beside_that_is_none_is_refused_and_not_passed_over(write, tmp_path, fault):
    path = write(CELLS, mask=~SECOND_ROW, beside=True)
    beside = path.with_name("r.tif.msk")
    if fault == "text":
        beside.write_text("mask")
    elif fault == "vrt":
        beside.write_text(f"<VRTDataset rasterXSize='4' rasterYSize='3'>{path}</VRTDataset>")
    else:
        size = CELLS if fault == "no flags" else CELLS[:2]
        beside.write_bytes(write(size.astype("uint8"), name="other.tif").read_bytes())
    with pytest.raises(RasterRefused, match=r"r\.tif\.msk"):
        RasterFile(path).grid  # noqa: B018


def test_a_file_that_is_cut_off_is_a_sentence_wherever_it_is_read(write, make_layer, square):
    path = write(np.random.default_rng(1).random((500, 500)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    zones = make_layer({"a": square(X, Y - 50_000, 50_000)})
    with pytest.raises(RasterRefused, match="cut off or damaged"):
        zonal_statistics(zones, RasterFile(path))
