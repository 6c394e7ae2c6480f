"""The smallest program with typer and rich that prints a table: what any such command pays for its start."""

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer()


@app.command()
def hello(name: str = "world") -> None:
    table = Table("layer", "output")
    table.add_row("hello", name)
    Console().print(table)


app()
