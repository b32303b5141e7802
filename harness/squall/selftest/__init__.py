"""``squall selftest``: plant lies in labs, in evidence and in files, and check what detects
them.
"""
