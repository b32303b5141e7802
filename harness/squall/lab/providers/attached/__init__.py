"""Components that already run and belong to the user: nothing here starts, stops or removes
them.
"""
