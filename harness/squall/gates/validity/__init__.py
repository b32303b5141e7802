"""Gates on the run itself: a run that proves nothing is ``inconclusive``, never passed."""
