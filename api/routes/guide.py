"""The manuals as pages: their contents, and one chapter."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from api.access import READS
from api.deps import LanguageDep, LinksDep
from api.responses import PAGE, html_response, tagged

router = APIRouter(tags=["pages"], dependencies=[READS])

Chapter = Annotated[
    str, PathParameter(description="Name of a chapter, see /guide.", examples=["planners"])
]


@router.get("/guide", response_class=Response, responses=PAGE, summary="The guide")
def read_guide(request: Request, language: LanguageDep, links: LinksDep) -> Response:
    """The chapters for planners, GIS staff, other systems and operators."""
    from maps.guide.chapters import contents

    found = contents(language, root=urlsplit(links.base).path)
    return tagged(request, html_response(request, "guide.html", active="guide", **found))


@router.get(
    "/guide/{chapter}",
    response_class=Response,
    responses=PAGE,
    summary="A chapter of the guide",
)
def read_chapter(
    request: Request, chapter: Chapter, language: LanguageDep, links: LinksDep
) -> Response:
    """One chapter with its table of contents."""
    from maps.guide import chapters

    found = chapters.chapter(chapter, language, root=urlsplit(links.base).path)
    return tagged(request, html_response(request, "chapter.html", active="guide", **found))
