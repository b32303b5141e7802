"""``python -m squall_proof mutants|patterns|points|drivers|commits``: measures of the project."""

from __future__ import annotations

import sys

import click
from squall.cli.main import exit_code_of

from squall_proof.commits.command import commits
from squall_proof.drivers.command import drivers
from squall_proof.mutants.command import mutants
from squall_proof.patterns.command import patterns
from squall_proof.points.command import points


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def proof() -> None:
    """Show that the stock outages catch broken apps, and compare ways to hold connections."""


proof.add_command(mutants)
proof.add_command(patterns)
proof.add_command(points)
proof.add_command(drivers)
proof.add_command(commits)

if __name__ == "__main__":
    sys.exit(exit_code_of(proof))
