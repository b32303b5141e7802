"""Guesses about an app from its files: where it is, how it finds its database, what prepares it."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.init.scan_source import Detected, scan_source

POSTGRES = "\n# postgresql://\n"


def project(directory: Path, files: dict[str, str]) -> Detected:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = scan_source(directory)
    return found[0] if found else Detected()


APP = "from fastapi import FastAPI\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("files", "app", "place", "factory"),
    [
        ({"main.py": "app = FastAPI()"}, "main:app", "main.py:1", False),
        (
            {"src/shop/web.py": "import fastapi\napi: object = fastapi.FastAPI(title='x')"},
            "shop.web:api", "src/shop/web.py:2", False,
        ),
        (
            {"shop/app.py": "def create_app():\n    made = FastAPI()\n    return made"},
            "shop.app:create_app", "shop/app.py:1", True,
        ),
        (
            {"main.py": "def get():\n    made = FastAPI()\n    return made\n\napp = get()"},
            "main:app", "main.py:5", False,
        ),
        (
            {
                "base.py": (
                    "def with_handlers(app: FastAPI):\n    return app\n\n"
                    "def make(tables):\n    return with_handlers(FastAPI())\n"
                ),
                "notes.py": "from base import make\napp = make([])\n@app.get('/')\ndef f(): ...\n",
            },
            "notes:app", "notes.py:2", False,
        ),
        (
            {"src/main.py": "from src.config import x\napp = FastAPI()", "src/config.py": "x = 1"},
            "src.main:app", "src/main.py:2", False,
        ),
        (
            {
                "app/factory.py": (
                    "def create_application(router) -> FastAPI:\n    return FastAPI()\n"
                ),
                "app/main.py": (
                    "from .factory import create_application as make\napp = make(None)\n"
                ),
            },
            "app.main:app", "app/main.py:2", False,
        ),
        (
            {
                "a/helper.py": "def init(app):\n    app.state.x = 1\napp = None\n",
                "z/web.py": "web = FastAPI()\nweb.include_router(r)\n",
                "b/other.py": "app = FastAPI()\n",
            },
            "z.web:web", "z/web.py:1", False,
        ),
        (
            {
                "run.py": "from web import make\nsite = make()\nimport uvicorn\n"
                "uvicorn.run('run:site')\n",
                "web.py": "def make():\n    a = FastAPI()\n    a.include_router(1)\n    return a\n",
            },
            "run:site", "run.py:2", False,
        ),
        (
            {
                "backend/core/web.py": "from core.x import y\napp = FastAPI()\n",
                "backend/core/x.py": "y = 1\n",
                "admin.py": "app = FastAPI()\napp.include_router(1)\n",
                "Procfile": "web: gunicorn -k uvicorn.workers.UvicornWorker core.web:app\n",
            },
            "core.web:app", "backend/core/web.py:2", False,
        ),
        (
            {"api/v/main.py": APP, "Dockerfile": 'CMD ["fastapi", "run", "v/main.py"]\n'},
            "api.v.main:app", "api/v/main.py:2", False,
        ),
        (
            {
                "app/main.py": "from app.x import y\napp = FastAPI()\n"
                "import uvicorn\nuvicorn.run('main:app')\n",
                "app/x.py": "y = 1\n",
            },
            "app.main:app", "app/main.py:2", False,
        ),
        ({"tests/main.py": "app = FastAPI()", "odd.py": "app = FastAPI("}, "", "", False),
    ],
    ids=["plain", "src", "factory", "made-by-function", "handed-on",
         "package-src", "maker-imported",
         "helper-is-not-the-app", "named-by-uvicorn-run", "named-by-procfile", "fastapi-run",
         "run-from-above", "nothing"],
)  # fmt: skip
def test_the_app_is_the_one_that_the_project_starts_or_that_has_the_routes(
    tmp_path: Path, files: dict[str, str], app: str, place: str, factory: bool
) -> None:
    found = project(tmp_path, files)
    assert (found.app, found.app_place, found.factory) == (app, place, factory)


def test_the_folder_is_the_one_from_which_the_imports_resolve(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "docker-compose.yml": (
                "services:\n  web:\n    build: ./project\n"
                "    command: uvicorn app.main:app --port 8000\n    environment:\n"
                "      - DATABASE_URL=postgresql+asyncpg://postgres:postgres@db:5432/foo\n"
            ),
            "project/alembic.ini": "[alembic]\nscript_location = migrations\n",
            "project/app/main.py": f"from app.db import engine\n{APP}",
            "project/app/db.py": "import os\nengine = os.environ.get('DATABASE_URL')\n",
        },
    )
    assert (found.folder, found.app, found.why) == ("project", "app.main:app",
                                                    "docker-compose.yml:4")  # fmt: skip
    assert found.database_env == {"DATABASE_URL": "{asyncpg}"}
    assert found.setup == ("alembic upgrade head",)


@pytest.mark.parametrize("top", [".git", ""])
def test_the_example_at_the_top_of_a_repository_is_for_its_parts(tmp_path: Path, top: str) -> None:
    """A file above the repository belongs to somebody else."""
    (tmp_path / top).mkdir(exist_ok=True)
    (tmp_path / ".env.example").write_text("SHOP_MODE=quick\n")
    backend = tmp_path / "backend"
    found = project(backend, {"main.py": APP + "import os\nMODE = os.environ['SHOP_MODE']\n"})
    assert (found.environment["SHOP_MODE"] == "quick") is bool(top)


@pytest.mark.parametrize(
    ("dotenv", "database_env", "environment"),
    [
        (
            "DATABASE_URL=postgresql+psycopg2://a:b@c/d\nSECRET_KEY=x\n",
            {"DATABASE_URL": "{psycopg2}"}, {"SECRET_KEY": "x"},
        ),
        (
            'export DB_DSN="postgresql+asyncpg://a@b/c"\n# OLD_URL=postgresql://\n',
            {"DB_DSN": "{asyncpg}"}, {},
        ),
        (
            ("JWT_SECRET=\nSENTRY_DSN=\nPOSTGRES_PASSWORD=\nPOSTGRES_HOST=db\nPOSTGRES_PORT=5432\n"
            "POSTGRES_USER=shop\n"),
            {"POSTGRES_PASSWORD": "{password}", "POSTGRES_HOST": "{host}",
             "POSTGRES_PORT": "{port}", "POSTGRES_USER": "{user}"}, {},
        ),
        (
            "DATABASE__HOSTNAME=x\nDATABASE__DB=y\nTEST_DB_HOST=z\n",
            {"DATABASE__HOSTNAME": "{host}", "DATABASE__DB": "{name}"}, {},
        ),
        ("REDIS_HOST=r\nDB_ADDRESS=x\nDB_NAME=y\n",
         {"DB_ADDRESS": "{host}", "DB_NAME": "{name}"}, {"REDIS_HOST": "127.0.0.1"}),
    ],
    ids=["whole", "quoted", "empty-values", "nested", "address"],
)  # fmt: skip
def test_a_dotenv_example_tells_the_variables(
    tmp_path: Path, dotenv: str, database_env: dict[str, str], environment: dict[str, str]
) -> None:
    reads = "import os\nos.getenv('SECRET_KEY', 'd')\n"
    found = project(tmp_path, {".env.example": dotenv, "main.py": APP + reads})
    assert (found.database_env, found.environment) == (database_env, environment)


def test_what_leads_outside_is_never_copied(tmp_path: Path) -> None:
    own = (
        "DATABASE_URL=postgresql+psycopg://a:hush@prod.example/c\nSECRET=hush\n"
        "REDIS_URL=redis://:hush@cache.example:6379/2\nBACKEND_CORS_ORIGINS=http://localhost:3000\n"
    )
    found = project(tmp_path, {".env": own, "main.py": APP})
    assert found.database_env == {"DATABASE_URL": "{psycopg}"}
    assert found.environment == {"REDIS_URL": "redis://127.0.0.1:9/2"}
    assert found.notes == ("closed: REDIS_URL led outside the lab, now to an address that refuses",)


PYDANTIC_2 = """
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    db_host: str = "localhost"
    db_port: int = 5432
    db_pass: str
    token_key: str
    sized: int = Field(alias="SHOP_SIZE_OF_PAGE")
    nothing: str | None = None
    model_config = SettingsConfigDict(env_file=".env", env_prefix="SHOP_")
"""
PYDANTIC_1 = """
from pydantic import BaseModel, BaseSettings, Field
class Database(BaseModel):
    host: str
    port: int = 5432
class Base(BaseSettings):
    class Config:
        env_prefix = "APP_"
        env_nested_delimiter = "__"
class Settings(Base):
    database: Database
    key: str = Field(..., env="SIGNING_KEY")
"""
MIXED = """
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
SHARED = SettingsConfigDict(env_file=".env")
PREFIXED = SHARED | SettingsConfigDict(env_prefix="PG_")
class Server(BaseModel):
    HOST: str
    PORT: int
    PASSWORD: str
class Hasher(BaseModel):
    PEPPER: str = Field(min_length=32)
class ServerEnv(BaseSettings, Server):
    model_config = PREFIXED
class HasherEnv(BaseSettings, Hasher):
    model_config = SHARED | SettingsConfigDict(env_prefix="PASSWORD_")
"""
NESTED = """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Database(BaseSettings):
    host: str
    port: int
class Own(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CACHE_")
    secret: str
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    db: Database
    own: Own = Own()
"""
STARLETTE = """
from starlette.config import Config
config = Config(".env")
KEY = config("SHOP_ENCRYPTION_KEY")
HOST = config("DATABASE_HOSTNAME")
WHO = config("DATABASE_CREDENTIALS")
NAME = config("DATABASE_NAME", default="shop")
PORT = config("DATABASE_PORT", default="5432")
"""


@pytest.mark.parametrize(
    ("settings", "database_env", "invented"),
    [
        (
            PYDANTIC_2,
            {"SHOP_DB_HOST": "{host}", "SHOP_DB_PORT": "{port}", "SHOP_DB_PASS": "{password}"},
            {"SHOP_TOKEN_KEY", "SHOP_SIZE_OF_PAGE"},
        ),
        (
            PYDANTIC_1,
            {"APP_DATABASE__HOST": "{host}", "APP_DATABASE__PORT": "{port}"},
            {"SIGNING_KEY"},
        ),
        (
            MIXED,
            {"PG_HOST": "{host}", "PG_PORT": "{port}", "PG_PASSWORD": "{password}"},
            {"PASSWORD_PEPPER"},
        ),
        (
            NESTED,
            {"DB__HOST": "{host}", "DB__PORT": "{port}"},
            {"CACHE_SECRET"},
        ),
        (
            STARLETTE,
            {"DATABASE_HOSTNAME": "{host}", "DATABASE_CREDENTIALS": "{user}:{password}",
             "DATABASE_NAME": "{name}", "DATABASE_PORT": "{port}"},
            {"SHOP_ENCRYPTION_KEY"},
        ),
        (
            "import os\nURL = os.environ['ORDERS_DB_URL']\nMODE = os.environ['MODE']\n"
            "os.environ['SET_HERE'] = 'x'\nPATH = os.environ['PATH']\n" + POSTGRES,
            {"ORDERS_DB_URL": "{url}"},
            {"MODE"},
        ),
    ],
    ids=["pydantic-2", "pydantic-1", "mixed", "nested-settings", "starlette", "os.environ"],
)  # fmt: skip
def test_settings_give_variables_and_what_must_be_there_is_invented_and_told(
    tmp_path: Path, settings: str, database_env: dict[str, str], invented: set[str]
) -> None:
    files = {"settings.py": settings, "main.py": f"import settings\n{APP}"}
    found = project(tmp_path, files)
    assert found.database_env == database_env
    assert set(found.environment) == invented
    assert all(any(f"{name} (settings.py:" in note for note in found.notes) for name in invented)


def test_modules_that_lie_below_are_known_with_their_folder(tmp_path: Path) -> None:
    found = project(tmp_path, {
        "main.py": f"{APP}from shop.routes import router",
        "shop/__init__.py": "", "shop/parts/__init__.py": "",
        "shop/routes.py": "import json\nfrom parts import router\nfrom shop import parts",
        "tools/json.py": "",
    })  # fmt: skip
    assert dict(found.below) == {"json": "tools", "parts": "shop"}  # used where one is missing


def test_variables_of_tools_are_no_settings(tmp_path: Path) -> None:
    tool = "import os\nrun(env={'X': os.environ['PATH'], 'Y': os.environ['DEPLOY_KEY']})\n"
    found = project(tmp_path, {"tools/deploy.py": tool, "main.py": APP})
    assert found.environment == {}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"core/config.py": "from pydantic_settings import BaseSettings\n"
             "class C(BaseSettings):\n    WRITER_DB_URL: str = 'mysql+aiomysql://a:b@localhost/f'\n"},
            "MySQL (core/config.py:3: WRITER_DB_URL)",
        ),
        ({"db.py": "engine = create_engine('sqlite:///./shop.db')\n"}, "SQLite"),
        ({"requirements.txt": "fastapi\nbeanie==1.0\n"}, "MongoDB (it requires beanie)"),
        (
            {"config.py": "import os\nURL = os.getenv('DATABASE_URL', 'sqlite:///x.db')\n",
             "requirements.txt": "asyncpg\n"}, "",
        ),
    ],
    ids=["mysql", "sqlite", "mongo", "sqlite-by-default-only"],
)  # fmt: skip
def test_an_app_without_postgresql_is_told(
    tmp_path: Path, files: dict[str, str], told: str
) -> None:
    imports = "".join(f"import {Path(name).with_suffix('').as_posix().replace('/', '.')}\n"
                      for name in files if name.endswith(".py"))  # fmt: skip
    assert project(tmp_path, {**files, "main.py": imports + APP}).other_database == told


@pytest.mark.parametrize(
    ("files", "setup", "seed"),
    [
        ({"alembic.ini": "[alembic]\nscript_location = m\n"}, ("alembic upgrade head",), ()),
        (
            {"db/alembic.ini": "[alembic]\nscript_location = m\n",
             "Makefile": "up:\n\talembic -c db/alembic.ini upgrade heads\n"},
            ("alembic -c db/alembic.ini upgrade heads",), (),
        ),
        ({"pyproject.toml": "[tool.aerich]\ntortoise_orm = 'x'\n"}, ("aerich upgrade",), ()),
        ({"piccolo_conf.py": ""}, ("piccolo migrations forwards all",), ()),
        (
            {"compose.yaml": "services:\n  db:\n    image: postgres\n    volumes:\n"
             "      - ./sql:/docker-entrypoint-initdb.d\n", "sql/2.sql": "", "sql/1.sql": ""},
            ("sql/1.sql", "sql/2.sql"), (),
        ),
        (
            {"scripts/start.sh": "python -m shop.init_db && uvicorn main:app\n",
             "shop/init_db.py": "x = 1\n", "shop/__init__.py": ""},
            ("python -m shop.init_db",), (),
        ),
        (
            {"alembic.ini": "[alembic]\nscript_location = m\n",
             "prestart.sh": "alembic upgrade head\npython initial_data.py\n",
             "initial_data.py": ""},
            ("alembic upgrade head", "python initial_data.py"), (),
        ),
        (
            {"README.md": "```\npython seed.py\n```\n", "seed.py": "",
             "main.py": f"{APP}Base.metadata.create_all(engine)\n"},
            (), ("python seed.py",),
        ),
    ],
    ids=["alembic", "alembic-elsewhere", "aerich", "piccolo", "initdb.d", "script", "rows",
         "rows-once-the-app-is-up"],
)  # fmt: skip
def test_what_prepares_the_database(
    tmp_path: Path, files: dict[str, str], setup: tuple[str, ...], seed: tuple[str, ...]
) -> None:
    found = project(tmp_path, {"main.py": APP, **files})
    assert (found.setup, found.seed) == (setup, seed)


def test_the_place_of_the_openapi_document_follows_a_setting(tmp_path: Path) -> None:
    files = {
        "config.py": "from pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings):\n    API_V1: str = '/api/v1'\nsettings = Settings()\n",
        "main.py": "from config import settings\nfrom fastapi import FastAPI\n"
        "app = FastAPI(openapi_url=f'{settings.API_V1}/openapi.json')\n"
        "flow = OAuth2PasswordBearer(tokenUrl=settings.API_V1 + '/login')\n",
    }
    found = project(tmp_path, files)
    assert (found.http.openapi, found.http.token_path) == ("/api/v1/openapi.json", "/api/v1/login")


CLIENT = "\nimport redis\n"


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        (
            {"main.py": APP + POSTGRES + CLIENT + "import os\nU = os.getenv('REDIS_URL')"},
            {"REDIS_URL": "redis://{host}:{port}/0"},
        ),
        (
            {
                "main.py": APP + POSTGRES + CLIENT + "import os\nU = os.environ['CELERY_BROKER']",
                ".env.example": "CELERY_BROKER=redis://redis:6379/2\n",
            },
            {"CELERY_BROKER": "redis://{host}:{port}/2"},
        ),
        (
            {
                "main.py": APP + POSTGRES + CLIENT + "from pydantic_settings import BaseSettings\n"
                "class S(BaseSettings):\n    redis_host: str = 'redis'\n    redis_port: int = 6379"
                "\n    redis_password: str = ''\n    redis_db: int = 0\n"
                "    redis_url: str = f'redis://{redis_host}'\n    redis_cache_ttl: int = 60\n",
            },
            {"REDIS_HOST": "{host}", "REDIS_PASSWORD": "", "REDIS_PORT": "{port}"},
        ),
        (
            {
                "main.py": APP + POSTGRES + CLIENT + "from pydantic_settings import BaseSettings\n"
                "class S(BaseSettings):\n    cache_host: str\n    cache_port: int\n"
                "    cache_db: int\n",
            },
            {"CACHE_HOST": "{host}", "CACHE_PORT": "{port}"},
        ),
    ],
)
def test_redis_is_found_with_the_variables_that_tell_of_it(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str]
) -> None:
    found = project(tmp_path, files)
    (redis,) = found.dependencies
    assert (redis.kind, dict(redis.environment)) == ("redis", environment)
    assert not set(environment) & set(found.environment)


def test_a_variable_of_redis_that_the_app_does_not_use_starts_no_server(tmp_path: Path) -> None:
    found = project(tmp_path, {"main.py": APP + POSTGRES, ".env.example": "REDIS_HOST=redis\n"})
    assert found.dependencies == ()


def test_a_scheme_alone_and_an_address_made_of_parts_are_left_as_they_are(tmp_path: Path) -> None:
    text = (
        APP + "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n"
        "    POSTGRES_HOST: str = 'db'\n    POSTGRES_PORT: int = 5432\n"
        "    POSTGRES_PREFIX: str = 'postgresql://'\n    MYSQL_PREFIX: str = 'mysql://'\n"
        "    POSTGRES_URI: str = f'{POSTGRES_HOST}:{POSTGRES_PORT}'\n"
    )
    found = project(tmp_path, {"main.py": text})
    assert found.database_env == {"POSTGRES_HOST": "{host}", "POSTGRES_PORT": "{port}"}
    assert found.environment == {}


@pytest.mark.parametrize(
    ("imports", "setup"),
    [
        ("from .config import x", ("python -m scripts.init_db",)),
        ("from ..config import x", ()),
        ("import os", ("python scripts/init_db.py",)),
    ],
)
def test_a_script_with_relative_imports_is_started_as_a_module(
    tmp_path: Path, imports: str, setup: tuple[str, ...]
) -> None:
    script = f"{imports}\nif __name__ == '__main__':\n    pass\n"
    files = {"main.py": APP + POSTGRES, "scripts/init_db.py": script, "scripts/config.py": "x = 1"}
    assert project(tmp_path, files).setup == setup


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        (
            "URL = 'postgresql://shop:s3cret@localhost:5433/shop'",
            {"user": "shop", "password": "s3cret", "name": "shop", "port": "5433"},
        ),
        (
            "# postgresql://old:old@localhost/old\nURL = 'postgresql+asyncpg://a:b@db/c'",
            {"user": "a", "password": "b", "name": "c"},
        ),
        ("import os\nU = os.getenv('DATABASE_URL', 'postgresql://a:b@localhost/c')", {}),
        ("URL = f'postgresql://{user}:b@localhost/c'", {}),
        ("URL = 'postgresql://a:b@db.example.com/c'", {}),
    ],
    ids=["whole", "comment", "variable", "placeholder", "elsewhere"],
)
def test_an_address_that_stands_fixed_in_the_source_is_told(
    tmp_path: Path, text: str, fixed: dict[str, str]
) -> None:
    assert project(tmp_path, {"main.py": f"{APP}{text}\n"}).database == fixed


@pytest.mark.parametrize(
    ("body", "environment"),
    [
        ("sys.exit(1)", {"READ_THE_DOCS": "true"}),
        ("print('no')\n    raise SystemExit(1)", {"READ_THE_DOCS": "true"}),
        ("print('no')", {}),
    ],
    ids=["exit", "raise", "goes-on"],
)
def test_a_switch_without_which_the_app_ends_is_on(
    tmp_path: Path, body: str, environment: dict[str, str]
) -> None:
    found = project(tmp_path, {
        "settings.py": "class Settings(BaseSettings):\n    READ_THE_DOCS: bool = False\n"
        "    other: bool = False\n",
        "main.py": f"import settings\napp = FastAPI()\nif not settings.get().READ_THE_DOCS:\n"
        f"    {body}\n" + POSTGRES,
    })  # fmt: skip
    assert found.environment == environment


def test_a_host_that_is_given_with_a_port_takes_both(tmp_path: Path) -> None:
    files = {
        "main.py": APP
        + POSTGRES
        + "import os\nh = os.environ['PG_HOST']\nu = os.environ['PG_USER']",
        ".env.example": "PG_HOST=db:5432\nPG_USER=shop\n",
    }
    assert project(tmp_path, files).database_env == {
        "PG_HOST": "{host}:{port}", "PG_USER": "{user}"
    }  # fmt: skip


def test_a_demanded_setting_takes_the_value_of_the_compose_file(tmp_path: Path) -> None:
    files = {
        "main.py": "from config import settings\n" + APP,
        "config.py": "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n"
        "    origins: str\n    api_secret: str\n    database_url: str\nsettings = Settings()\n",
        "compose.yaml": "services:\n  web:\n    build: .\n    env_file: web.env\n",
        "web.env": "ORIGINS=http://a;http://b\nAPI_SECRET=never-copied\n",
    }
    environment = project(tmp_path, files).environment
    assert environment["ORIGINS"] == "http://a;http://b"
    assert "never-copied" not in environment.values()


@pytest.mark.parametrize("name", [".sample.env", "template.env", ".env.example.local"])
def test_an_example_under_another_name_is_an_example(tmp_path: Path, name: str) -> None:
    files = {
        "main.py": APP + "import os\nx = os.environ['FIRST_USER']\nu = os.environ['DATABASE_URL']",
        name: "FIRST_USER=a@b.example\n",
    }
    assert project(tmp_path, files).environment["FIRST_USER"] == "a@b.example"


def test_what_an_example_leaves_to_be_changed_is_changed(tmp_path: Path) -> None:
    files = {
        "main.py": APP + "import os\nk = os.environ['SMTP_USER']\nn = os.environ['API_NOTE']\n"
        "u = os.environ['DATABASE_URL']\n",
        ".env.example": "SMTP_USER=changethis\nAPI_NOTE=change is good\n",
    }
    environment = project(tmp_path, files).environment
    assert environment["API_NOTE"] == "change is good"
    assert environment["SMTP_USER"] not in ("", "changethis")
