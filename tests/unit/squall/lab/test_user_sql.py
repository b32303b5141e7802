"""Statements that confirm, promote and add users, by the names and types of their columns."""

from __future__ import annotations

import pytest
from squall.lab.user_insert import insert_sql
from squall.lab.user_sql import promote_sql, unlock_sql
from squall.lab.user_tables import Column, Table, user_tables

USERS = ("squall@example.com",)
ID = Column(name="id", kind="integer", category="N", needed=True, key=True)
MAIL = Column(name="email", kind="text", category="S", needed=True)
HASH = Column(name="hashed_password", kind="text", category="S", needed=True)


def users(*more: Column) -> Table:
    return Table(name="public.users", columns=(ID, MAIL, HASH, *more))


def switch(name: str) -> Column:
    return Column(name=name, kind="boolean", category="B")


def moment(name: str) -> Column:
    return Column(name=name, kind="timestamp", category="D")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        (switch("is_active"), '"is_active" = true'),
        (switch("verified"), '"verified" = true'),
        (switch("email_verified"), '"email_verified" = true'),
        (switch("isEmailConfirmed"), '"isEmailConfirmed" = true'),
        (switch("disabled"), '"disabled" = false'),
        (moment("verified_at"), '"verified_at" = now()'),
        (switch("newsletter"), ""),
        (switch("is_superuser"), ""),
        (moment("created_at"), ""),
    ],
)
def test_a_user_is_confirmed_and_active(column: Column, change: str) -> None:
    found = list(unlock_sql(users(column), USERS))
    assert len(found) == bool(change)
    where = """WHERE (lower("email") IN ('squall@example.com'))"""
    assert all(text.startswith(f"UPDATE public.users SET {change} {where}") for text in found)  # noqa: S608


@pytest.mark.parametrize(
    ("column", "change"),
    [
        (switch("is_superuser"), "= true"),
        (switch("is_admin"), "= true"),
        (Column(name="role", kind="role", category="E", labels=("USER", "ADMIN")), "= 'ADMIN'"),
        (Column(name="role", kind="text", category="S"), "THEN 'ADMIN'"),
        (Column(name="role", kind="integer", category="N"), ""),
        (switch("is_active"), ""),
    ],
)
def test_a_user_becomes_an_administrator(column: Column, change: str) -> None:
    found = list(promote_sql(users(column), [], USERS))
    assert len(found) == bool(change)
    assert all(change in text for text in found)


ROLES = Table(
    name="public.roles",
    columns=(ID, Column(name="name", kind="text", category="S")),
)


def test_a_role_in_a_table_of_its_own_is_found_by_its_name() -> None:
    column = Column(name="role_id", kind="integer", category="N", refers="public.roles")
    (text,) = promote_sql(users(column), [ROLES], USERS)
    assert 'SET "role_id" = coalesce((SELECT "id" FROM public.roles' in text


def test_a_role_is_given_through_a_table_between_users_and_roles() -> None:
    link = Table(
        name="public.user_roles",
        columns=(
            Column(name="user_id", kind="integer", category="N", refers="public.users"),
            Column(name="role_id", kind="integer", category="N", refers="public.roles"),
        ),
    )
    table = users()
    (text,) = promote_sql(table, [table, ROLES, link], USERS)
    assert text.startswith('INSERT INTO public.user_roles ("user_id", "role_id")')


def test_an_added_user_has_every_column_that_is_needed() -> None:
    table = users(
        switch("is_active"),
        Column(name="token", kind="uuid", category="U", needed=True),
        Column(name="note", kind="text", category="S"),
        moment("created_at"),
    )
    text = insert_sql(table, [table], "the hash")
    assert text.startswith(
        'INSERT INTO public.users ("id", "email", "hashed_password", "is_active", "token",'
        ' "created_at") SELECT (SELECT coalesce(max("id"), 0) + 1 FROM public.users),'
        " 'squall@example.com', 'the hash', true, gen_random_uuid(), now() WHERE NOT EXISTS"
    )


def test_only_tables_of_users_are_changed() -> None:
    shops = Table(name="public.shops", columns=(ID, MAIL))
    assert [one.name for one in user_tables([shops, ROLES, users()])] == ["public.users"]
