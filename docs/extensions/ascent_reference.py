"""Pages that are made from the code: one for each command, one for each schema, so that they cannot drift.

They are written into ``docs/reference`` before Sphinx reads the sources; git ignores that folder.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
import shutil
import types
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

#: Order of the schemas in the index: that of a study. Schemas of which nothing is said here come last.
ORDER = (
    "study",
    "run",
    "sample",
    "mock_sample",
    "model",
    "sim",
    "cuff",
    "materials",
    "fiber_z",
    "perineurium",
    "query",
)


_EXIT_CODES = """\
Exit codes: 0 the work was done; 1 some of it failed, or it was interrupted; 2 the call or its input was wrong. `--help`
of a command shows what is on its page."""

_ABOUT_KEYS = """\
Every key, made from the schemas that check the files. An unknown key, a wrong type or a value out of range is refused
before any work starts, all of them at once. On the command line a key is written with its group in front:
`sample.scale.shrinkage=0.2`. A key that takes *a value or a list of them* makes a simulation for each value."""


@dataclass(frozen=True)
class Schema:
    """A schema that has a page: its name there, the pydantic model, and the file or group that it describes."""

    page: str
    model: Any
    where: str


def schemas() -> list[Schema]:
    """Every schema of a whole file in ``ascent.config``, found by what it derives from."""
    import ascent.config
    from ascent.config.fields import FileSection
    from ascent.config.study import StudyFrame

    found = [Schema("study", StudyFrame, "the keys around the parts of a composed study, `conf/config.yaml`")]
    for information in pkgutil.walk_packages(ascent.config.__path__, "ascent.config."):
        module = import_module(information.name)
        page = information.name.removeprefix("ascent.config.").replace(".", "_")
        where = re.search(r"``([^`]+)``", module.__doc__ or "")
        models = [
            model
            for model in vars(module).values()
            if isinstance(model, type)
            and issubclass(model, FileSection)
            and model is not FileSection
            and model.__module__ == module.__name__
        ]
        for model in models:
            name = page if len(models) == 1 else f"{page}_{model.__name__}"
            found.append(Schema(name, model, f"`{where[1]}`" if where else f"`{information.name}`"))
    places = {page: place for place, page in enumerate(ORDER)}
    return sorted(found, key=lambda schema: (places.get(schema.page, len(ORDER)), schema.page))


def write_reference(target: Path, notes: Path | None = None) -> list[Path]:
    """Write all pages into `target`, replacing what was there.

    Parameters
    ----------
    target : Path
        ``docs/reference``.
    notes : Path, optional
        Folder with ``<command>.md``: text by hand that goes under a command's page.
    """
    shutil.rmtree(target, ignore_errors=True)
    pages = {**command_pages(notes), **schema_pages()}
    for name, text in pages.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [target / name for name in pages]


def command_pages(notes: Path | None = None) -> dict[str, str]:
    """One page a command of ``ascent.cli.COMMANDS``, and their index."""
    from ascent.cli import COMMANDS

    pages = {}
    rows = []
    for name, (module, purpose) in sorted(COMMANDS.items()):
        application = import_module(f"ascent.cli.{module}").application
        text = "\n".join(_command(f"ascent {name}", application))
        own = notes / f"{name}.md" if notes is not None else None
        if own is not None and own.is_file():
            text += "\n" + own.read_text(encoding="utf-8")
        pages[f"commands/{name}.md"] = text
        rows.append(f"| [`ascent {name}`]({name}.md) | {purpose} |")
    names = "\n".join(sorted(COMMANDS))
    index = [
        "# Commands",
        "",
        "A first word that names a command runs it; anything else is [a run](../../runs.md).",
        "",
    ]
    index += ["| command | what it does |", "|---|---|", *rows, "", "```{toctree}", ":hidden:", "", names, "```", ""]
    index += [_EXIT_CODES, ""]
    return {**pages, "commands/index.md": "\n".join(index)}


def _command(name: str, application: Any) -> Iterator[str]:
    import typer

    command = typer.main.get_command(application)
    context = command.make_context(name, [], resilient_parsing=True)
    yield f"# `{name}`"
    yield ""
    children = getattr(command, "commands", None)
    if not children:
        yield from _one(command, context)
        return
    yield _prose(command.help)
    for child_name, child in children.items():
        yield f"## `{name} {child_name}`"
        yield ""
        yield from _one(child, child.make_context(child_name, [], parent=context, resilient_parsing=True))


def _one(command: Any, context: Any) -> Iterator[str]:
    yield _prose(command.help)
    yield "```text"
    yield " ".join(command.get_usage(context).split()).removeprefix("Usage: ")
    yield "```"
    yield ""
    records = [record for parameter in command.params if (record := parameter.get_help_record(context)) is not None]
    if records:
        yield "| argument or option | what it is |"
        yield "|---|---|"
        for names, text in records:
            first = "<br>".join(f"`{option.strip()}`" for option in _code(names).split(", "))
            yield f"| {first} | {_cell(text)} |"
        yield ""
    if command.epilog:
        yield _example(command.epilog)


def _code(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _prose(text: str | None) -> str:
    return inspect.cleandoc(text or "") + "\n"


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def _example(epilog: str) -> str:
    before, sign, line = epilog.partition(":")
    if not sign or not line.strip().startswith(("ascent", "mpirun", "python")):
        return epilog + "\n"
    return f"{before}:\n\n```text\n$ {line.strip()}\n```\n"


def schema_pages() -> dict[str, str]:
    """One page a schema, and their index."""
    pages, rows, names = {}, [], []
    for schema in schemas():
        pages[f"configuration/{schema.page}.md"] = "\n".join(_schema(schema))
        rows.append(f"| [{schema.page}]({schema.page}.md) | {schema.where} | {_first_line(schema.model)} |")
        names.append(schema.page)
    index = ["# Configuration", "", _ABOUT_KEYS, ""]
    index += ["| schema | where | what |", "|---|---|---|", *rows, "", "```{toctree}", ":hidden:", ""]
    return {**pages, "configuration/index.md": "\n".join([*index, *names, "```", ""])}


def _schema(schema: Schema) -> Iterator[str]:
    yield f"# {schema.page}"
    yield ""
    yield f"{_first_line(schema.model)} Where: {schema.where}."
    yield ""
    yield from _section("", schema.model, set())


def _section(prefix: str, model: Any, above: set[Any]) -> Iterator[str]:
    yield "| key | type | default | what it is |"
    yield "|---|---|---|---|"
    below: list[tuple[str, Any]] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        default = "required" if field.is_required() else _default(field)
        kind = type_text(field.annotation, field.metadata)
        yield f"| `{key}` | {kind} | {default} | {_cell(field.description)} |"
        below += [(f"{prefix}{key}", nested) for nested in models_in(field.annotation) if nested not in above]
    yield ""
    for key, nested in below:
        several = len({other for path, other in below if path == key}) > 1
        title = f"{key} ({nested.__name__})" if several else key
        yield f"## `{title}`"
        yield ""
        yield f"{_first_line(nested)}"
        yield ""
        yield from _section(f"{key}.", nested, {*above, model})


def _first_line(model: Any) -> str:
    return inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0].replace("\n", " ").replace("<", "&lt;")


def _default(field: Any) -> str:
    if field.default_factory is not None:
        value = field.default_factory()
        if models_in(type(value)):
            return "see below"
    else:
        value = field.default
    if value is None:
        return "–"
    text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else None
    return f"`{text or value}`".replace("|", "\\|")


def models_in(annotation: Any) -> list[Any]:
    """Schemas that an annotation names, in order."""
    if hasattr(annotation, "model_fields"):
        return [annotation]
    found: list[Any] = []
    for argument in get_args(annotation):
        found += [model for model in models_in(argument) if model not in found]
    return found


def type_text(annotation: Any, metadata: Any = ()) -> str:
    """An annotation in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_text(arguments[0], (*arguments[1:], *metadata))
    limits = _limits(metadata)
    if origin is Literal:
        return " ".join([", ".join(f"`{choice}`" for choice in arguments), limits]).strip()
    if origin in (Union, types.UnionType):
        parts = [argument for argument in arguments if argument is not type(None)]
        lists = [part for part in parts if get_origin(part) in (list, tuple)]
        if (
            len(parts) == 2
            and len(lists) == 1
            and get_args(lists[0])[:1] == (next(p for p in parts if p not in lists),)
        ):
            return f"{type_text(next(p for p in parts if p not in lists), metadata)}, or a list of them"
        return " or ".join(dict.fromkeys(type_text(part) for part in parts)) + (f" {limits}" if limits else "")
    if origin in (list, tuple):
        inner = [argument for argument in arguments if argument is not Ellipsis]
        return f"list of {' and '.join(dict.fromkeys(type_text(one) for one in inner))}" if inner else "list"
    if origin is dict:
        return "object" if arguments[1:] in ((), (Any,)) else f"object of {type_text(arguments[1])}"
    if hasattr(annotation, "model_fields"):
        return "object"
    names = {float: "number", int: "whole number", str: "text", bool: "true or false", dict: "object", list: "list"}
    return " ".join([names.get(annotation, "any"), limits]).strip()


def _limits(metadata: Any) -> str:
    signs = {"gt": ">", "ge": "≥", "lt": "&lt;", "le": "≤"}
    texts = []
    for item in metadata:
        for sub in (*getattr(item, "metadata", ()), item):
            for attribute, sign in signs.items():
                value = getattr(sub, attribute, None)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    texts.append(f"{sign} {value if isinstance(value, int) else format(value, 'g')}")
    return ", ".join(dict.fromkeys(texts))


def setup(app: Any) -> dict[str, Any]:
    """Write the pages before the sources are read."""

    def generate(application: Any) -> None:
        source = Path(application.srcdir)
        write_reference(source / "reference", source / "command_notes")

    app.connect("builder-inited", generate)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
