"""The command `kawasan split`: the province's target divided among its regencies."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.faults import Misused
from api.cli.output import output, print_json, print_line, print_table
from api.cli.shared_options import Common, JsonOption, gathered
from geo.language import Language
from geo.store.roles import OPERATOR

if TYPE_CHECKING:
    from geo.programme.split_proposal import Proposal
    from geo.store.store import Store
    from geo.vector.planning_region import PlanningRegion

_FILES = (".xlsx", ".pdf")


@gathered
def split(
    indicator: Annotated[str, typer.Argument(help="Id of an indicator.")] = "tpt_agustus",
    *,
    target: Annotated[
        str | None,
        typer.Option(help="The province's rate in percent; the near end of its target by default."),
    ] = None,
    until: Annotated[
        int | None,
        typer.Option(min=1900, max=2200, help="Year; the last with a target by default."),
    ] = None,
    method: Annotated[
        Literal["equal_effort", "capacity"],
        typer.Option(help="The same part of its own rate, or of its distance to the best."),
    ] = "equal_effort",
    most: Annotated[
        str | None, typer.Option(help="The most points a year that a regency may move.")
    ] = None,
    fix: Annotated[
        list[str] | None, typer.Option(help="A target that stays, as CODE=PERCENT; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to this .xlsx or .pdf.")] = None,
    propose: Annotated[
        str | None,
        typer.Option(
            metavar="NOTE", help="Publish it as proposed targets (usulan), for this reason."
        ),
    ] = None,
    as_json: JsonOption = False,
    common: Common,
) -> None:
    """Split the province's target among its regencies, so that the people add up.

    Examples: kawasan split · kawasan split --method capacity --fix 63.71=6.2 --out split.xlsx ·
    kawasan split p0_persen_miskin_maret --target 2.6 --until 2029
    """
    language = common.language()
    if out is not None and out.suffix.lower() not in _FILES:
        raise Misused(_both("split.no_file", out=out))
    with common.opened() as store:
        from geo.store.region import local_day, region

        here = region(store)
        found = _proposed(
            store,
            indicator=indicator,
            rate=None if target is None else _percent(target),
            end_year=until,
            method=method,
            most_a_year=None if most is None else _percent(most),
            fixed=_fixed(fix or [], here),
        )
        if out is not None:
            _write(found, out, region=here, language=language, printed=local_day(store))
        elif as_json:
            from geo.json_types import as_json as written

            print_json(written(found, language))
        else:
            _print(found, region=here, language=language)
        if propose is not None:
            _hand_in(store, found, note=propose, language=language)


def _percent(text: str) -> float:
    """A percent as the page's field takes it, with a comma or a point."""
    from geo.programme.fixed_targets import parse_percent

    found = parse_percent(text)
    if found is None:
        raise Misused(_both("split.bad_number", value=text))
    return found


def _fixed(pairs: list[str], region: "PlanningRegion") -> Mapping[str, float]:
    from geo.programme.fixed_targets import parse_fixed

    fixed = parse_fixed(pairs, region=region, sign="=")
    if fixed.problem is not None:
        raise Misused(fixed.problem)
    return fixed.rates


def _proposed(store: "Store", **asked: Any) -> "Proposal":
    from geo import published
    from geo.programme.publish_targets import targets
    from geo.programme.split_proposal import propose
    from geo.store.region import region

    now = store.current()
    tables = (published.indicators(now), published.indicator_catalogue(now), targets(now))
    return propose(*tables, region=region(now), **asked)


def _write(found: "Proposal", out: Path, *, language: Language, **said: Any) -> None:
    from maps.programme.split_page import split_sheet, split_workbook
    from maps.sheets.sheets import printed_table

    if out.suffix.lower() == ".xlsx":
        content = split_workbook(found, language=language, **said)
    else:
        content = printed_table(split_sheet(found, language=language, **said))
    out.write_bytes(content)
    output.print(f"{out}: {len(found.split.rows)}", markup=False)


def _print(found: "Proposal", *, region: Any, language: Language) -> None:
    from maps.programme.split_page import split_content

    content = split_content(found, region=region, language=language)
    for sentence in content["sentences"]:
        print_line(sentence)
    shown = ("name", "value", "target", "change_a_year", "last_change", "people_now", "people")
    heads = [content["heads"][key] for key in (*shown, "moved")]
    rows = [[row[key] for key in (*shown, "moved")] for row in content["rows"]]
    total = content["total"]
    rows.append([total.get(key, "") for key in (*shown, "moved")])
    print_table(heads, rows)
    for sentence in (content["rounding"], *content["how"], *content["sources"], content["caveat"]):
        if sentence:
            print_line(sentence)


def _hand_in(store: "Store", found: "Proposal", *, note: str, language: Language) -> None:
    """Publish the split as proposals; where a warning is open it waits in the inbox."""
    from geo.programme.split_proposal import proposal_rows
    from geo.submission.entering import enter_targets
    from maps.text import translate

    upload = enter_targets(store, proposal_rows(found), actor=OPERATOR, note=note, publishes=True)
    key = "split.is_published" if upload.state == "published" else "split.waits"
    print_line(translate(key, language, upload=upload.upload))


def _both(key: str, **facts: object) -> Any:
    from maps.text import both

    return both(key).format(**facts)
