"""What the service may use besides its database; each is switched on by its address.

REDIS_URL     a cache of items         away: the database is asked instead
CARRIER_URL   prices, and parcels      away: the last known price, marked; else 503 or 504
"""
