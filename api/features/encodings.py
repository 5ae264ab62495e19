"""The forms that a page of features is written in, and which of them a request asks for. Pure."""

from api.features.accept import by_quality
from api.features.forms import MEDIA_TYPES, Form
from api.links import JSON
from api.parameters import InvalidParameter
from geo.language import texts

_SAY = texts(__name__)

_OTHER_NAMES: dict[str, Form] = {"geojson": "json", "flatgeobuf": "fgb", "geoparquet": "parquet"}
_BY_MEDIA_TYPE: dict[str, Form] = {
    **{media_type: form for form, media_type in MEDIA_TYPES.items()},
    JSON: "json",
    "application/xhtml+xml": "html",
    "application/geopackage+vnd.sqlite3": "gpkg",
}


def form_of(f: str | None, accept: str) -> Form:
    """The form of a page of features: `f`, else what Accept likes best, else GeoJSON.

    Of two that it likes as well the first named counts, but GeoJSON before a page: only who
    prefers HTML gets HTML, as `*/*` is what programs send.

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


def _accepted(accept: str) -> Form:
    liked: dict[Form, float] = {}
    for media_type, quality in by_quality(accept):
        form = _BY_MEDIA_TYPE.get(media_type)
        if form is not None:
            liked.setdefault(form, quality)
    if liked.get("html", 0.0) <= liked.get("json", 0.0):
        liked.pop("html", None)
    return max(liked, key=lambda form: liked[form], default="json")
