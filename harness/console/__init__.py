"""A lab that is held open for hands: faults come and go from another terminal."""
