"""Sound apps: no gate may fail them, in any outage that concerns them."""
