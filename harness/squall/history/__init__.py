"""Requests and their answers: operations, evidence for gates, and their files."""
