"""``squall faults``: the catalogue."""

from __future__ import annotations

import dataclasses

import click

import faults


@click.command("faults")
def list_faults() -> int:
    """List every fault with its attributes."""
    for entry in faults.entries():
        click.echo(f"{click.style(entry.key, bold=True)}  {entry.summary}")
        for field in entry.fields():
            required = field.default is dataclasses.MISSING
            default = "required" if required else f"default {field.default}"
            click.echo(f"    {field.name}: {field.type}, {default}")
    return 0
