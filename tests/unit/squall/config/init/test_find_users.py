"""Users whom an app's set-up creates: seeds, fixtures, SQL, the README; and what looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.find_users import find_users, told_users, variables_of, without_unused
from squall.config.init.project import Project
from squall.config.init.scan_source import scan_source
from squall.workload.login import Login

SEEDED = {
    "seed.py": 'db.add(User(email="ann@shop.io", hashed_password=hash_password("open-sesame")))',
    "scripts/initial_data.py": 'ADMIN_EMAIL = "ann@shop.io"\nADMIN_PASSWORD = "open-sesame"\n',
    "bootstrap.py": 'ROWS = [{"username": "ann@shop.io", "password": "open-sesame"}]',
    "fixtures/users.json": '[{"model": "user", "fields": {"email": "ann@shop.io",'
    ' "password": "open-sesame"}}]',
    "seeds.yaml": "users:\n- {user_name: ann@shop.io, password: open-sesame}\n",
    "db/init.sql": "INSERT INTO users (email, pw) VALUES\n ('ann@shop.io',"
    " crypt('open-sesame', gen_salt('bf')));",
    "README.md": "Log in:\n\n- Email: `ann@shop.io`\n- Password: `open-sesame`\n",
    "readme.rst": "curl -d 'username=ann@shop.io&password=open-sesame' localhost/token\n",
}
NOT_SEEDED = {
    "seed.py": 'db.add(User(email="ann@shop.io", hashed_password="$2b$12$abcdefghijklmnopqrstuv"))',
    "create_db.py": 'connect(host="db", user="shop", password="shop-shop")',
    "create_user.py": 'User(email=email, password=os.getenv("PASSWORD"))',
    "settings.py": 'DB_USER = "shop"\nDB_PASSWORD = "shop-shop"\nMAIL_USER = "a"\n'
    'MAIL_PASSWORD = "mail-mail"',
    "README.md": "Users log in by e-mail and password.\nUsername: <yours>\nPassword: <secret>\n",
    "fixtures/broken.json": '{"email": "ann@shop.io", "password": ',
    "tests/seed.py": 'User(email="ann@shop.io", password="open-sesame")',
}


def written(directory: Path, name: str, text: str) -> Project:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return Project(directory)


@pytest.mark.parametrize("name", SEEDED)
def test_a_user_of_the_set_up_is_found(tmp_path: Path, name: str) -> None:
    users = find_users(written(tmp_path, name, SEEDED[name]))
    assert [(one.name, one.secret) for one in users] == [("ann@shop.io", "open-sesame")]
    assert users[0].place.startswith(f"{name}:")


@pytest.mark.parametrize("name", NOT_SEEDED)
def test_what_only_looks_like_a_user_is_none(tmp_path: Path, name: str) -> None:
    assert find_users(written(tmp_path, name, NOT_SEEDED[name])) == []


def test_seeds_come_first_and_there_are_few(tmp_path: Path) -> None:
    for number in range(6):
        written(tmp_path, f"a{number}.py", f'User(name="user{number}", password="word{number}")')
    users = find_users(written(tmp_path, "z_seed.py", SEEDED["seed.py"]))
    assert [one.name for one in users] == ["ann@shop.io", "user0", "user1", "user2"]


def test_the_note_has_no_password_and_a_variable_has_it(tmp_path: Path) -> None:
    written(tmp_path, "main.py", "from fastapi import FastAPI\napp = FastAPI()\n")
    written(tmp_path, "seed.py", SEEDED["seed.py"])
    found = scan_source(tmp_path)[0]
    variables = {"SEEDED_USER": "ann@shop.io", "SEEDED_USER_PASSWORD": "open-sesame"}
    assert dict(found.environment) == variables
    assert any("ann@shop.io (seed.py:1)" in one for one in found.notes)
    assert not any("open-sesame" in one for one in found.notes)
    assert told_users([]) == []


def test_users_with_whom_no_login_worked_leave_no_variable(tmp_path: Path) -> None:
    for name in ("seed.py", "bootstrap.py"):
        written(tmp_path, name, SEEDED[name].replace("ann", name[0]))
    environment = {"MODE": "x", **variables_of(find_users(Project(tmp_path)))}
    login = Login(form={"username": "$SEEDED_USER_2", "password": "$SEEDED_USER_2_PASSWORD"})
    assert list(without_unused(environment, [login])) == [
        "MODE", "SEEDED_USER_2", "SEEDED_USER_2_PASSWORD",
    ]  # fmt: skip
    assert list(without_unused(environment, [])) == ["MODE"]
