"""Who may do what, and who is who: the table of roles for all; users, keys and rules for admins."""

import datetime
from typing import Annotated, Any

from fastapi import Body, Depends, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from api.access import READS, Allowed, actor_of, caller_of
from api.deps import (
    HtmlDep,
    LanguageDep,
    LinksDep,
    StoreDep,
    language_or_default,
    region_or_none,
)
from api.links import JSON
from api.ogc_models import Link
from api.parameters import PlainText, StatedText
from api.responses import (
    ALSO_PAGE,
    PRIVATE,
    html_response,
    json_response,
    private_page,
    tagged,
)
from api.serving.router import Router
from geo.language import Language, texts
from geo.store.keys import end_of_day
from geo.store.region import require_regencies
from geo.store.roles import (
    ACTIONS,
    ROLES,
    TABLE,
    Action,
    Actor,
    Role,
    action_title,
    bounds_of,
    may,
    role_title,
)
from geo.store.rules import Rule
from geo.store.store import Store

_SAY = texts(__name__)

router = Router("access")

ManagerDep = Annotated[Actor, Depends(Allowed("manage_people"))]
RulerDep = Annotated[Actor, Depends(Allowed("set_rules"))]
Code = Annotated[str, Field(min_length=1, max_length=20)]
Codes = Annotated[
    list[Code] | None, Field(max_length=100, description="Of an editor; all by default.")
]
UserName = Annotated[str, PathParameter(max_length=80, description="A user name.")]
Prefix = Annotated[str, PathParameter(max_length=80, description="A key's prefix.")]


class RoleDocument(BaseModel):
    """A role and what it is called."""

    role: Role
    title: str


class ActionDocument(BaseModel):
    """An action, the roles that may do it, and what bounds them further."""

    action: Action
    title: str
    roles: list[Role]
    bounds: str | None


class RolesDocument(BaseModel):
    """The table of roles."""

    roles: list[RoleDocument]
    actions: list[ActionDocument]
    links: list[Link]


class UserDocument(BaseModel):
    """A person, without the password."""

    user: str
    name: str
    institution: str
    role: str
    regencies: list[str] | None
    created_at: str
    created_by: str
    password_changed_at: str
    disabled_at: str | None


class UsersDocument(BaseModel):
    """The people of the store."""

    users: list[UserDocument]
    links: list[dict[str, str]]


class UserRequest(BaseModel):
    """A new person."""

    model_config = ConfigDict(extra="forbid")

    user: Annotated[str, Field(max_length=80, description="What is typed at the login.")]
    password: Annotated[str, Field(max_length=2_000)]
    role: Role
    name: Annotated[StatedText, Field(min_length=1, max_length=200)]
    institution: Annotated[PlainText, Field(max_length=200)] = ""
    regencies: Codes = None


class UserNameRequest(BaseModel):
    """What colleagues see of a person; the public sees the institution alone."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[StatedText, Field(min_length=1, max_length=200)]
    institution: Annotated[PlainText, Field(max_length=200)] = ""


class UserRoleRequest(BaseModel):
    """Another role, with the regencies of an editor: what is left out is not kept."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    regencies: Codes = None


class UserPasswordRequest(BaseModel):
    """A password for somebody else."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, Field(max_length=2_000)]


class KeyDocument(BaseModel):
    """A key, without its secret."""

    prefix: str
    label: str
    institution: str
    role: str
    regencies: list[str] | None
    approves_own: bool
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


class KeysDocument(BaseModel):
    """The keys of the store."""

    keys: list[KeyDocument]
    links: list[dict[str, str]]


class KeyRequest(BaseModel):
    """A new key."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[
        StatedText, Field(min_length=1, max_length=200, description="Whose key this is.")
    ]
    role: Role = "publisher"
    institution: Annotated[PlainText, Field(max_length=200)] = ""
    regencies: Codes = None
    expires: Annotated[
        datetime.date | None, Field(description="The last day on which it is valid (UTC).")
    ] = None
    approves_own: Annotated[
        bool, Field(description="Whether it may publish what it submitted itself.")
    ] = False


class NewKeyDocument(BaseModel):
    """A new key; it is shown this once."""

    key: str


class RulesDocument(BaseModel):
    """The rules of the store, by name."""

    rules: dict[str, bool]
    links: list[dict[str, str]]


class AuditEntry(BaseModel):
    """What somebody did, or was refused; `chain` follows from the entry before it."""

    entry: int
    at: str
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    chain: str


class AuditDocument(BaseModel):
    """The newest entries of the audit log, the newest first."""

    entries: list[AuditEntry]
    links: list[dict[str, str]]


class AuditQuery(BaseModel):
    """How much of the log is read."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=10_000, description="Most entries listed.")] = 100
    f: str | None = None
    lang: str | None = None


class RuleRequest(BaseModel):
    """Whether a rule is on."""

    model_config = ConfigDict(extra="forbid")

    value: bool


@router.get(
    "/roles",
    summary="Who may do what",
    response_model=RolesDocument,
    responses=ALSO_PAGE,
    dependencies=[READS],
)
def read_roles(
    request: Request, language: LanguageDep, is_html: HtmlDep, links: LinksDep
) -> Response:
    """Every action with the roles that may do it; nothing else decides."""
    found = RolesDocument(
        roles=[RoleDocument(role=role, title=role_title(role).to(language)) for role in ROLES],
        actions=[_action(action, language) for action in ACTIONS],
        links=[Link(**link) for link in links.representations("roles", is_html=is_html)],
    )
    if is_html:
        page = html_response(
            request,
            "roles.html",
            title=_SAY["title"].to(language),
            active="",
            document=found,
            manages=may(actor_of(request), "manage_people"),
        )
        return tagged(request, page)
    return tagged(request, json_response(request, found))


@router.get(
    "/users",
    summary="The people of the store",
    response_model=UsersDocument,
    responses=ALSO_PAGE,
)
def read_users(
    request: Request, _actor: ManagerDep, store: StoreDep, links: LinksDep, is_html: HtmlDep
) -> Response:
    """Everybody who may log in or might once, by user name; as a page with the keys and rules too."""
    if is_html:
        return _page(request, store)
    found = [UserDocument.model_validate(row) for row in store.users.all()]
    document = UsersDocument(users=found, links=[links.link("self", JSON, "users")])
    return json_response(request, document, headers=PRIVATE)


@router.post("/users", summary="Add a person", status_code=201, response_model=UserDocument)
def create_user(
    request: Request,
    asked: Annotated[UserRequest, Body()],
    actor: ManagerDep,
    store: StoreDep,
    links: LinksDep,
) -> Response:
    """A new person with a password that somebody must hand over; 409 when the name is taken."""
    require_regencies(store, asked.regencies)
    facts: dict[str, Any] = asked.model_dump(exclude={"user"})
    store.users.add(asked.user, **facts, actor=actor.name)
    headers = {**PRIVATE, "Location": links.url("users", asked.user)}
    return json_response(request, _user(store, asked.user), status=201, headers=headers)


@router.put("/users/{user}/name", summary="Correct a person's name", response_model=UserDocument)
def set_user_name(
    request: Request,
    user: UserName,
    asked: Annotated[UserNameRequest, Body()],
    actor: ManagerDep,
    store: StoreDep,
) -> Response:
    """Another name and institution; what was published already keeps what it said."""
    store.users.set_name(user, asked.name, institution=asked.institution, actor=actor.name)
    return json_response(request, _user(store, user), headers=PRIVATE)


@router.put("/users/{user}/role", summary="Give a person another role", response_model=UserDocument)
def set_user_role(
    request: Request,
    user: UserName,
    asked: Annotated[UserRoleRequest, Body()],
    actor: ManagerDep,
    store: StoreDep,
) -> Response:
    """Another role and its regencies, from the next request on; 409 for the last admin's."""
    require_regencies(store, asked.regencies)
    store.users.set_role(user, asked.role, regencies=asked.regencies, actor=actor.name)
    return json_response(request, _user(store, user), headers=PRIVATE)


@router.put("/users/{user}/password", summary="Give a person another password", status_code=204)
def set_user_password(
    user: UserName,
    asked: Annotated[UserPasswordRequest, Body()],
    actor: ManagerDep,
    store: StoreDep,
) -> Response:
    """Another password, which somebody must hand over; all sessions of that person end."""
    store.users.set_password(user, asked.password, actor=actor.name)
    return Response(status_code=204)


@router.delete("/users/{user}", summary="Close a person's access", status_code=204)
def delete_user(user: UserName, actor: ManagerDep, store: StoreDep) -> Response:
    """End all sessions of a person and let nobody log in by that name; what was done stays theirs."""
    store.users.disable(user, actor=actor.name, keeps_an_admin=True)
    return Response(status_code=204)


@router.post(
    "/users/{user}/reopen", summary="Open a person's access again", response_model=UserDocument
)
def reopen_user(
    request: Request,
    user: UserName,
    asked: Annotated[UserPasswordRequest, Body()],
    actor: ManagerDep,
    store: StoreDep,
) -> Response:
    """Let somebody log in again by a new password, with the role of before; 409 where none is closed."""
    store.users.reopen(user, asked.password, actor=actor.name)
    return json_response(request, _user(store, user), headers=PRIVATE)


@router.get(
    "/keys", summary="The keys of the store", response_model=KeysDocument, responses=ALSO_PAGE
)
def read_keys(
    request: Request, _actor: ManagerDep, store: StoreDep, links: LinksDep, is_html: HtmlDep
) -> Response:
    """Every key without its secret, the oldest first; as a page with the people and rules too."""
    if is_html:
        return _page(request, store)
    found = [KeyDocument.model_validate(row) for row in store.keys.all()]
    document = KeysDocument(keys=found, links=[links.link("self", JSON, "keys")])
    return json_response(request, document, headers=PRIVATE)


@router.post("/keys", summary="Add a key", status_code=201, response_model=NewKeyDocument)
def create_key(
    request: Request,
    asked: Annotated[KeyRequest, Body()],
    actor: ManagerDep,
    store: StoreDep,
) -> Response:
    """A new key, shown this once; only its digest is kept."""
    require_regencies(store, asked.regencies)
    facts: dict[str, Any] = asked.model_dump(exclude={"label", "expires"})
    ends = None if asked.expires is None else end_of_day(asked.expires, today=store.today())
    key = store.keys.add(asked.label, **facts, expires_at=ends, actor=actor.name)
    return json_response(request, NewKeyDocument(key=key), status=201, headers=PRIVATE)


@router.delete("/keys/{prefix}", summary="Revoke a key", status_code=204)
def delete_key(prefix: Prefix, actor: ManagerDep, store: StoreDep) -> Response:
    """Close a key for good."""
    store.keys.revoke(prefix, actor=actor.name)
    return Response(status_code=204)


@router.get("/rules", summary="The rules of the store", response_model=RulesDocument)
def read_rules(request: Request, _actor: RulerDep, store: StoreDep, links: LinksDep) -> Response:
    """Whether the store is closed, and whether a publisher may approve its own work."""
    return _rules(request, store, links)


@router.put("/rules/{rule}", summary="Set a rule", response_model=RulesDocument)
def set_rule(
    request: Request,
    rule: Rule,
    asked: Annotated[RuleRequest, Body()],
    actor: RulerDep,
    store: StoreDep,
    links: LinksDep,
) -> Response:
    """Turn a rule on or off, from the next request on."""
    store.rules.set(rule, asked.value, actor=actor.name)
    return _rules(request, store, links)


@router.get("/audit", summary="The audit log", response_model=AuditDocument)
def read_audit(
    request: Request,
    query: Annotated[AuditQuery, Query()],
    _actor: Annotated[Actor, Depends(Allowed("read_audit"))],
    store: StoreDep,
    links: LinksDep,
) -> Response:
    """What was done and refused: who, when (UTC), to what; the newest first."""
    rows = reversed(store.audit(newest=query.limit))
    found = [AuditEntry.model_validate(row) for row in rows]
    document = AuditDocument(entries=found, links=[links.link("self", JSON, "audit")])
    return json_response(request, document, headers=PRIVATE)


def _user(store: Store, user: str) -> UserDocument:
    row = next(row for row in store.users.all() if row["user"] == user)
    return UserDocument.model_validate(row)


def _page(request: Request, store: Store) -> Response:
    """People, keys and rules for admins, with the forms that change them."""
    from maps.desk.people_page import people_page

    session, region = caller_of(request).session, region_or_none(request)
    content = people_page(
        store.users.all(),
        [{**row, "ended": store.keys.ended(row)} for row in store.keys.all()],
        rules={str(rule): is_on for rule, is_on in store.rules.all().items()},
        regencies={} if region is None else {c: one.full_name for c, one in region.by_code.items()},
        today=store.today(),
        language=language_or_default(request),
    )
    # A key sends no forms: its program asks for JSON.
    csrf = None if session is None else session.csrf
    return private_page(request, "desk/people.html", active="desk", csrf=csrf, **content)


def _rules(request: Request, store: Any, links: Any) -> Response:
    found = {str(rule): value for rule, value in store.rules.all().items()}
    document = RulesDocument(rules=found, links=[links.link("self", JSON, "rules")])
    return json_response(request, document, headers=PRIVATE)


def _action(action: Action, language: Language) -> ActionDocument:
    bounds = bounds_of(action)
    return ActionDocument(
        action=action,
        title=action_title(action).to(language),
        roles=[role for role in ROLES if role in TABLE[action]],
        bounds=None if bounds is None else bounds.to(language),
    )
