"""The rules that an office sets for its own store: whether it is closed, who may approve."""

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import sqlalchemy as sa

from geo.store import catalogue, database

# `closed`: nothing is shown without a login. `own_approval`: a publisher may approve its own work.
Rule = Literal["closed", "own_approval"]
RULES: tuple[Rule, ...] = get_args(Rule)
_TABLE = catalogue.rules


class Rules:
    """The rules in a catalogue, each off until it is set; `time` is the clock as text."""

    def __init__(
        self, engine: sa.Engine, *, time: Callable[[], str], changes: database.ChangeCounter
    ) -> None:
        self._engine, self._log = engine, catalogue.AuditLog(time)
        self._remembered = database.Remembered(changes, self._read)

    def all(self) -> Mapping[Rule, bool]:
        """Every rule and whether it is on."""
        return self._remembered()

    def is_on(self, rule: Rule) -> bool:
        """Whether one rule is on; every request asks it."""
        return self._remembered()[rule]

    def _read(self) -> Mapping[Rule, bool]:
        with database.reading(self._engine) as connection:
            rows = connection.execute(sa.select(_TABLE)).mappings().all()
        stated = {row["rule"]: bool(row["value"]) for row in rows}
        return {rule: stated.get(rule, False) for rule in RULES}

    def set(self, rule: Rule, value: bool, *, actor: str) -> None:
        """Turn a rule on or off; the audit log says who did."""
        with database.writing(self._engine) as connection:
            connection.execute(_TABLE.delete().where(_TABLE.c.rule == rule))
            connection.execute(_TABLE.insert().values(rule=rule, value=value))
            self._log(connection, actor, "rule", rule, {"value": value})
