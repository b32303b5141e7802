"""Listeners that turn a run into terminal output and files. No lower package imports this one."""
