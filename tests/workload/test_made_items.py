"""Operations on what a POST made, where neither their path nor an answer of a list says which."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from squall.history.op import Op
from squall.workload.open_loop import OpenLoop
from squall.workload.plan import LoadPlan


class Post(BaseModel):
    id: str | None = None
    title: str | None = None


class Renamed(Post):
    id: str


def posts_app(database: Any) -> tuple[FastAPI, dict[str, str]]:
    """Posts that a list shows without their ids."""
    app, posts = FastAPI(), dict[str, str]()

    @app.post("/posts")
    def make(post: Post) -> dict[str, str]:
        database.execute()
        number = str(uuid4())
        posts[number] = post.title or ""
        return {"id": number}

    return app, posts


async def test_a_parameter_that_is_named_for_what_was_made_is_filled_with_it(
    discovery_of: Any, database: Any
) -> None:
    app, posts = posts_app(database)
    liked = set[str]()

    @app.post("/likes/{post_id}")
    def like(post_id: str) -> None:
        if post_id not in posts or post_id in liked:
            raise HTTPException(400)
        liked.add(post_id)

    @app.get("/posts/data/{id}")
    def read(id: str) -> str:  # noqa: A002 - as apps name it
        return posts[id]

    @app.post("/baskets/{shop_id}")
    def fill(shop_id: str) -> None:
        raise HTTPException(400, shop_id)

    found = await discovery_of(app, writes=True)
    follows = {one.path for one in found.profile.operations if one.after}
    assert "/likes/{answer.id}" in follows
    assert "GET /posts/data/{id}" not in found.left_out
    assert found.left_out["POST /baskets/{shop_id}"]


async def test_an_update_does_not_give_the_item_another_identity(
    discovery_of: Any, database: Any
) -> None:
    app, posts = posts_app(database)

    @app.get("/posts")
    def show() -> list[Post]:
        return [Post(id=one, title=title) for one, title in posts.items()]

    @app.put("/posts/{id}")
    def change(id: str, post: Post) -> None:  # noqa: A002 - as apps name it
        if id not in posts:
            raise HTTPException(404)
        posts[post.id or id] = posts.pop(id)

    @app.patch("/posts/{id}")
    def rename(id: str, post: Renamed) -> None:  # noqa: A002 - as apps name it
        if post.id not in posts and id not in posts:
            raise HTTPException(404)

    found = await discovery_of(app, writes=True)
    bodies = {one.method: one.bodies or (one.body,) for one in found.profile.operations}
    assert all("id" not in body for body in bodies["PUT"])
    assert all("id" in body for body in bodies["PATCH"])


async def test_reads_of_items_can_follow_what_makes_them(discovery_of: Any, database: Any) -> None:
    app, posts = posts_app(database)

    @app.get("/posts")
    def show() -> list[Post]:
        return [Post(id=one, title=title) for one, title in posts.items()]

    @app.get("/posts/{post_id}")
    def read(post_id: str) -> str:
        return posts[post_id]

    @app.get("/shops/{shop_id}")
    def shop(shop_id: int) -> int:
        return shop_id

    found = await discovery_of(app, writes=True)
    assert {name: (one.path, one.after) for name, one in found.spares.items()} == {
        "read_posts__post_id__get": ("{path}/{answer.id}", "make_posts_post")
    }
    assert not [one for one in found.profile.operations if one.after]


def silent_posts_app(database: Any, *, shown: bool) -> tuple[FastAPI, list[str]]:
    """A POST answers nothing; ``shown``: whether the list tells what was made. And what was
    deleted.
    """
    app, posts, deleted = FastAPI(), dict[str, str](), list[str]()

    @app.post("/posts", status_code=204)
    def make(post: Titled) -> None:
        database.execute()
        posts[str(uuid4())] = post.title

    @app.get("/posts")
    def everything() -> list[dict[str, str]]:
        database.execute()
        return [{"id": key, "title": title if shown else "-"} for key, title in posts.items()]

    @app.delete("/posts/{post_id}", status_code=204)
    def delete(post_id: str) -> None:
        database.execute()
        if posts.pop(post_id, None) is None:
            raise HTTPException(404)
        deleted.append(post_id)

    return app, deleted


class Titled(BaseModel):
    title: str


async def test_what_a_post_without_an_answer_made_is_found_in_the_list(
    discovery_of: Any, database: Any
) -> None:
    app, deleted = silent_posts_app(database, shown=True)
    found = await discovery_of(app, writes=True)
    (follower,) = [one for one in found.profile.operations if one.method == "DELETE"]
    assert (follower.path, follower.found_in) == ("{path}/{answer.id}", "/posts")
    assert len(deleted) == 3


async def test_what_the_list_does_not_show_is_not_deleted(discovery_of: Any, database: Any) -> None:
    app, deleted = silent_posts_app(database, shown=False)
    found = await discovery_of(app, writes=True)
    assert "DELETE /posts/{post_id}" in found.left_out
    assert not deleted


async def test_the_load_deletes_what_it_finds_in_the_list(
    discovery_of: Any, serving: Any, database: Any
) -> None:
    app, deleted = silent_posts_app(database, shown=True)
    operations = (await discovery_of(app, writes=True)).profile.operations
    deleted.clear()
    with serving(app) as url:
        plan = LoadPlan(
            base_url=url, operations=operations, rate_per_second=40, arrivals="constant", seed=1,
            run_id="run", start_at=time.monotonic(), max_seconds=1.0, timeout_seconds=2.0,
            refused_statuses=frozenset(),
        )  # fmt: skip
        ops = list[Op]()
        await OpenLoop(plan, ops.append).run()
    deletions = [op for op in ops if op.name.startswith("delete")]
    assert {op.status for op in deletions} == {204}
    assert len(deletions) == len(deleted) >= 3
