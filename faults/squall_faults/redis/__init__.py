"""What can go wrong with a Redis server that the app depends on."""

from __future__ import annotations

from squall_faults.redis.crash import RedisCrash
from squall_faults.redis.flush import RedisFlush
from squall_faults.redis.pause import RedisPause
from squall_faults.redis.restart import RedisRestart

__all__ = ["RedisCrash", "RedisFlush", "RedisPause", "RedisRestart"]
