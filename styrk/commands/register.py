"""`styrk register`: how an export is understood before it is used, what registers can hold, and ready mappings."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.register.reading import UNMAPPED
from collector.register.table import MAX_BYTES
from collector.register.understanding import Understanding, proposed_columns, understand
from collector.source import SourceError
from collector.transport.file import read_file
from config.columns import COLUMNS
from config.loading import load_settings
from config.problems import did_you_mean
from config.register_mappings import available_mappings, load_mapping
from config.registers import MAX_HEADER_ROW, ColumnMapping, MappingFile, Register
from styrk.errors import UsageError
from styrk.terminal import paint, paragraph, table

SHOWN = 20
"""Problems that are shown without `--all`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk register check personal.csv -c styrk.yaml\n"
        "         styrk register check kurs.csv --mapping moodle-course-completion \\\n"
        "             --fixed course=Informationssäkerhet\n"
        "         styrk register check log.xlsx --holds restore-test\n"
        "         styrk register kinds restore-test\n"
        "         styrk register mappings\n\n"
        "Exit status of check: 0 every row was read, 1 some were not, 2 the file cannot\n"
        "be used as it is."
    )
    parser.add_argument("action", choices=("check", "kinds", "mappings"), help="what to show")
    parser.add_argument("name", nargs="?", metavar="FILE|NAME", help="the file to check; a kind; a mapping")
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="settings with a register of this file or id")
    parser.add_argument("--holds", metavar="KIND", help="what the rows are")
    parser.add_argument("--mapping", metavar="NAME|FILE", help="a mapping that comes with Styrk, or a mapping file")
    parser.add_argument(
        "--fixed",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="with --mapping: a value in every row",
    )
    parser.add_argument("--sheet", metavar="NAME", help="without settings: the sheet of a workbook")
    parser.add_argument("--header-row", type=int, metavar="N", help="without settings: the row with the headings")
    parser.add_argument("--all", action="store_true", help=f"show every problem, not just the first {SHOWN}")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(options: argparse.Namespace) -> int:
    """Print what was asked for; returns 0, or for `check` 1 or 2."""
    if options.action == "kinds":
        return _kinds(options)
    if options.action == "mappings":
        return _mappings(options)
    if options.name is None:
        raise UsageError("which file? `styrk register check FILE`")
    settings, how = _settings(options)
    file = settings.file if settings is not None else Path(options.name)
    try:
        data, _ = read_file(file, max_bytes=MAX_BYTES, smaller="export fewer columns")
    except SourceError as error:
        raise UsageError(f"{error.detail}; {error.remedy}") from error
    unmapped = UNMAPPED.model_copy(update={"sheet": options.sheet, "header_row": options.header_row})
    made = understand(data, file.name, settings, datetime.now(UTC).date(), unmapped)
    proposed = proposed_columns([each.heading for each in made.columns], options.holds) if _unmapped(options) else None
    if options.json:
        print(json.dumps(_page(file, made, settings, proposed), ensure_ascii=False))
    else:
        print("\n".join(_lines(file, made, settings, how, proposed, options)))
    if made.refused is not None or settings is None:
        return 2
    return 0 if made.sound else 1


def _unmapped(options: argparse.Namespace) -> bool:
    return bool(options.holds) and not options.mapping and not options.config


def _settings(options: argparse.Namespace) -> tuple[Register | None, str]:
    """The register as which the file is read, and in words by what; None where nothing says how."""
    if options.holds is not None and options.holds not in COLUMNS:
        raise UsageError(f"no register holds {options.holds}; {did_you_mean(options.holds, COLUMNS)}")
    if options.header_row is not None and not 1 <= options.header_row <= MAX_HEADER_ROW:
        raise UsageError(f"--header-row {options.header_row}: rows are counted from 1, to {MAX_HEADER_ROW} at most")
    if options.config is not None:
        if options.sheet is not None or options.header_row is not None:
            raise UsageError(
                "--sheet and --header-row are for a file without settings",
                f"set `sheet` and `header_row` of the register in {options.config}",
            )
        return _configured(options), f"settings {options.config}"
    if options.mapping is not None:
        mapping = load_mapping(options.mapping)
        if options.holds not in (None, mapping.holds):
            raise UsageError(f"{options.mapping} is a mapping of {mapping.holds}, not of {options.holds}")
        fields = {name: getattr(mapping, name) for name in ColumnMapping.model_fields}
        fields["fixed"] = mapping.fixed | _given(options.fixed, mapping.holds)
        fields |= {name: given for name in ("sheet", "header_row") if (given := getattr(options, name)) is not None}
        return Register(id="check", file=Path(options.name), holds=mapping.holds, **fields), f"mapping {mapping.id}"
    return None, ""


def _given(pairs: Sequence[str], holds: str) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in COLUMNS[holds].names:
            known = ", ".join(COLUMNS[holds].names)
            raise UsageError(f"--fixed {pair}: write FIELD=VALUE, with a field of {holds}: {known}")
        found[name] = value
    return found


def _configured(options: argparse.Namespace) -> Register:
    registers = load_settings(options.config).registers
    wanted = Path(options.name).absolute()
    for register in registers:
        if options.name == register.id or register.file.absolute() == wanted:
            if options.holds not in (None, register.holds):
                raise UsageError(f"register {register.id} holds {register.holds}, not {options.holds}")
            return register
    same = [register for register in registers if register.holds == options.holds] if options.holds else []
    if len(same) == 1:
        return same[0].model_copy(update={"file": Path(options.name)})
    known = ", ".join(f"{register.id} ({register.file.name})" for register in registers) or "none"
    raise UsageError(
        f"no register of {options.config} is {options.name}; it has {known}. "
        "To read a new file like one of them, add --holds"
    )


def _lines(
    file: Path,
    made: Understanding,
    settings: Register | None,
    how: str,
    proposed: dict[str, str] | None,
    options: argparse.Namespace,
) -> Iterator[str]:
    yield paint(str(file), "bold")
    facts = list(made.understood.items())
    if settings is not None:
        facts.append(("holds", f"{settings.holds}, by {how}"))
    yield from table(facts)
    if made.header_row is not None:
        yield from paragraph(
            f"row {made.header_row} looks like the headings: set `header_row: {made.header_row}`", indent="  "
        )
    if made.columns:
        yield ""
        yield paint("columns", "bold")
        yield from table([_column_row(each, settings) for each in made.columns], ("heading", "read as", "content"))
        yield from (f"  {name} = {value} in every row" for name, value in made.fixed.items())
        if made.not_given:
            yield from paragraph(f"not told by this file: {', '.join(made.not_given)}", indent="  ")
    yield ""
    if made.refused is not None:
        yield from paragraph(paint_refused(made.refused), indent="", hanging="  ")
        if made.refused.remedy:
            yield from paragraph(made.refused.remedy, indent="  ")
        return
    if settings is None or made.rows is None:
        yield from _advice(made, proposed, options)
        return
    yield from _rows(made, options)


def paint_refused(error: SourceError) -> str:
    """Why nothing can be read."""
    return f"cannot be read: {error.detail}"


def _column_row(column: Any, settings: Register | None) -> tuple[str, str, str]:
    fields = [_scaled(name, settings) for name in column.fields]
    read = ", ".join(fields) or {"only": "which rows belong", "attested": "whose statement"}.get(column.use, "-")
    content = f"{column.looks_like}, {column.filled} filled" if column.filled else "empty"
    words = f": {' | '.join(column.words)}" if column.words else ""
    return column.heading or "(no heading)", read, content + words


def _scaled(name: str, settings: Register | None) -> str:
    factor = settings.scale.get(name) if settings is not None else None
    return f"{name} (times {factor})" if factor else name


def _rows(made: Understanding, options: argparse.Namespace) -> Iterator[str]:
    rows = made.rows
    if rows is None:
        return
    yield paint("rows", "bold")
    unread = len(rows.problems)
    counts = f"{rows.rows} rows, {rows.read} read" + (f", {unread} not" if unread else "")
    yield f"  {counts}"
    if made.expected is not None and made.expected != rows.rows:
        yield f"  the settings expect {made.expected}"
    for words in rows.told():
        yield from paragraph(words, indent="  ", hanging="    ")
    if made.cut_off:
        yield from paragraph(f"the file is cut off: {made.cut_off}", indent="  ", hanging="    ")
    if not rows.faults:
        return
    yield ""
    yield paint("problems", "bold")
    shown = rows.faults if options.all else rows.faults[:SHOWN]
    yield from table(
        [(str(each.row), each.column or "-", each.value or "-", each.why) for each in shown],
        ("row", "column", "content", "why"),
    )
    if len(shown) < len(rows.faults):
        yield f"  ... and {len(rows.faults) - len(shown)} more; `--all` shows them"
    yield ""
    yield from paragraph(
        "Correct the cells in the system that the export comes from, or say in the mapping what they mean "
        "(`values`, `dates`). A row that cannot be read is reported as missing, never passed over."
    )


def _advice(made: Understanding, proposed: dict[str, str] | None, options: argparse.Namespace) -> Iterator[str]:
    yield f"{made.filled_rows} rows; none was read: nothing says which column is what"
    if proposed is None:
        yield from paragraph(
            "Say what the rows are with --holds (`styrk register kinds` lists it), or how they are read with "
            "--mapping (`styrk register mappings`), or -c with the settings.",
        )
        return
    kind = COLUMNS[options.holds]
    yield ""
    yield "Write this mapping into the settings, with the right headings:"
    yield ""
    yield f"  - id: {_slug(Path(options.name).stem)}"
    yield f"    holds: {options.holds}"
    yield f"    file: {options.name}"
    if options.sheet:
        yield f"    sheet: {json.dumps(options.sheet, ensure_ascii=False)}"
    if header_row := made.header_row or options.header_row:
        yield f"    header_row: {header_row}"
    yield "    columns:"
    for name in kind.names:
        heading = proposed.get(name)
        line = f"{name}: {json.dumps(heading, ensure_ascii=False)}" if heading else f"{name}: ..."
        yield f"      {'' if heading or name in kind.required else '# '}{line}"


def _slug(text: str) -> str:
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in text.lower()).strip("-") or "register"


def _page(
    file: Path, made: Understanding, settings: Register | None, proposed: dict[str, str] | None
) -> dict[str, Any]:
    rows = made.rows
    return {
        "file": str(file),
        "understood": made.understood,
        "holds": settings.holds if settings is not None else None,
        "columns": [
            {
                "heading": each.heading,
                "fields": list(each.fields),
                "used_for": each.use or None,
                "filled": each.filled,
                "looks_like": each.looks_like or None,
                "words": list(each.words),
            }
            for each in made.columns
        ],
        "fixed": made.fixed,
        "not_given": list(made.not_given),
        "proposed_columns": proposed,
        "refused": None if made.refused is None else {"detail": made.refused.detail, "remedy": made.refused.remedy},
        "rows": None
        if rows is None
        else {
            "with_content": rows.rows,
            "read": rows.read,
            "not_read": len(rows.problems),
            "left_out": rows.left_out,
            "blank": rows.blank,
            "same": [list(pair) for pair in rows.same],
            "expected": made.expected,
        },
        "cut_off": made.cut_off,
        "problems": [
            {"row": each.row, "column": each.column or None, "content": each.value or None, "why": each.why}
            for each in (rows.faults if rows is not None else ())
        ],
    }


def _kinds(options: argparse.Namespace) -> int:
    if options.name is not None and options.name not in COLUMNS:
        raise UsageError(f"no register holds {options.name}; {did_you_mean(options.name, COLUMNS)}")
    chosen = {name: kind for name, kind in sorted(COLUMNS.items()) if options.name in (None, name)}
    if options.json:
        page = {name: {"required": kind.required, "optional": kind.optional} for name, kind in chosen.items()}
        print(json.dumps(page))
        return 0
    for name, kind in chosen.items():
        print(paint(name, "bold"))
        print("\n".join(paragraph(f"needed: {', '.join(kind.required)}", indent="  ", hanging="    ")))
        if kind.optional:
            print("\n".join(paragraph(f"and: {', '.join(kind.optional)}", indent="  ", hanging="    ")))
    return 0


def _mappings(options: argparse.Namespace) -> int:
    names = available_mappings() if options.name is None else (options.name,)
    mappings = [load_mapping(name) for name in names]
    if options.json:
        print(
            json.dumps([each.model_dump(mode="json", exclude_defaults=True) for each in mappings], ensure_ascii=False)
        )
        return 0
    for mapping in mappings:
        print("\n".join(_mapping_lines(mapping, whole=options.name is not None)))
    return 0


def _mapping_lines(mapping: MappingFile, *, whole: bool) -> Iterator[str]:
    yield paint(mapping.id, "bold")
    tried = "made from documentation, not tried on a real export" if mapping.made_from == "documentation" else "tried"
    yield from paragraph(f"{mapping.title}; holds {mapping.holds}", indent="  ", hanging="    ")
    yield from paragraph(f"{tried}: {mapping.source}", indent="  ", hanging="    ")
    if whole:
        yield from table([(f"{column}", f"-> {name}") for name, column in mapping.columns.items()], indent="    ")
        for note in mapping.notes:
            yield from paragraph(note, indent="  ", hanging="    ")
