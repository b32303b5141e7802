"""What can go wrong with a Redis server that the app depends on, and with single commands."""

from __future__ import annotations

from squall_faults.redis.crash import RedisCrash
from squall_faults.redis.cut_reply import RedisCutReply
from squall_faults.redis.error_reply import RedisErrorReply
from squall_faults.redis.flush import RedisFlush
from squall_faults.redis.pause import RedisPause
from squall_faults.redis.restart import RedisRestart
from squall_faults.redis.stall_reply import RedisStallReply

__all__ = [
    "RedisCrash",
    "RedisCutReply",
    "RedisErrorReply",
    "RedisFlush",
    "RedisPause",
    "RedisRestart",
    "RedisStallReply",
]
