"""The forms that a page of features is written in, and which of them a request asks for. Pure."""

from api.features.accept import liking, ranges_of, remembered
from api.features.forms import MEDIA_TYPES, Form
from api.links import JSON
from api.parameters import InvalidParameter
from geo.language import texts

_SAY = texts(__name__)

_OTHER_NAMES: dict[str, Form] = {"geojson": "json", "flatgeobuf": "fgb", "geoparquet": "parquet"}
_OTHER_TYPES: dict[Form, str] = {
    "json": JSON,
    "html": "application/xhtml+xml",
    "gpkg": "application/geopackage+vnd.sqlite3",
}


def form_of(f: str | None, accept: str) -> Form:
    """The form of a page of features: `f`, else what Accept likes best, else GeoJSON.

    Of two that it likes as well what it names counts before what a range holds, then the first of
    them, but GeoJSON before a page: only who prefers HTML gets HTML, as `*/*` is what programs send.

    Raises
    ------
    InvalidParameter
        For an `f` that features are not written in.
    """
    if f is None:
        return _accepted(accept)
    found = _OTHER_NAMES.get(f) or next((known for known in MEDIA_TYPES if known == f), None)
    if found is None:
        reason = _SAY["unknown_form"].format(f=f[:40], known=", ".join(MEDIA_TYPES))
        raise InvalidParameter(parameter="f", reason=reason)
    return found


@remembered
def _accepted(accept: str) -> Form:
    ranges = ranges_of(accept)
    liked = {
        form: liking(ranges, media_type, *filter(None, (_OTHER_TYPES.get(form),)))
        for form, media_type in MEDIA_TYPES.items()
    }
    if liked["html"][:2] <= liked["json"][:2]:
        del liked["html"]
    best = max(liked, key=lambda form: liked[form])
    return best if liked[best].quality else "json"
