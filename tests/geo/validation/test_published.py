"""What a file means for the published layer: features that it lacks, and codes that it makes."""

import shapely

from geo.vector.definition import define
from tests.geo.validation.test_upload import EAST, INSIDE, check, found, zone

ELSEWHERE = shapely.box(115.7, -3.6, 115.8, -3.5)
OF_KOTABARU = {"regency_code": "63.02", "geometry": EAST.buffer(-0.2)}


def published():
    return check(
        zone(),
        zone(zone_id="b", name="Kawasan Cerbon", geometry=ELSEWHERE),
        zone(zone_id="c", name="C", **OF_KOTABARU),
    ).frame


def test_features_that_the_file_lacks_are_named_by_title_code_and_area():
    told = found(check(zone(), current=published()), "features_removed")[0]
    hectares = r"Kawasan Cerbon (b, 12.286,1 ha)"
    assert hectares in told["sentence"]["id"]
    assert hectares.replace("12.286,1", "12,286.1") in told["sentence"]["en"]
    assert "“tetap seperti terbit”" in told["mend"]["id"]


def test_features_that_the_file_lacks_stay_where_that_is_chosen():
    own = zone(name="A baru")
    result = check(own, current=published(), regencies=frozenset({"63.10"}), keeps_missing=True)
    assert result.frame.loc["a", "name"] == "A baru"
    assert sorted(result.frame.index) == ["a", "b", "c"]
    assert result.report["difference"]["counts"]["removed"] == 0
    assert result.report["to_accept"] == 0
    # That of another regency stays anyhow and is not told of.
    assert found(result, "missing_kept")[0]["facts"]["keys"] == "b"
    whole = check(own, current=published(), keeps_missing=True)
    assert found(whole, "missing_kept")[0]["facts"]["keys"] == "b, c"
    assert found(check(own, current=published()), "features_removed")[0]["facts"]["count"] == 2


def test_features_without_codes_cannot_stay_beside_others():
    schema = define("uji", title="Uji").schema()
    row = {"nama": "A", "geometry": INSIDE}
    first = check(row, row | {"geometry": ELSEWHERE}, schema=schema).frame
    result = check(row, schema=schema, current=first, keeps_missing=True)
    assert result.frame is None
    assert found(result, "missing_kept_without_key")
