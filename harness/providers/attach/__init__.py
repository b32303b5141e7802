"""Parts that run already and are not ours: nothing here starts, stops or removes anything."""
