"""The file: a zip with the graph as JSON among weights, which are never read, and pickles, which are never loaded."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from typing import Any, NamedTuple

from macflops.errors import Location, SourceError

MOST = 256 * 2**20  # bytes of a graph as text: some 200,000 operators
INTEGERS = (4, 5)  # of 32 and 64 bits, as torch/_export/serde/schema.py numbers types
OLD = "serialized_exported_program.json"  # before archives of version 1
SAVE = "save it with torch.export.save"


class Program(NamedTuple):
    """What an archive says: the exported program as its JSON has it; which weights are others, by another name; and
    the integers that a graph keeps as tensors of no dimensions, where a loop's counter starts."""

    graph: dict[str, Any]
    tied: dict[str, str]
    numbers: dict[str, int]


def program(file: str) -> Program:
    """Return the exported program in an archive. Raises SourceError."""
    place = Location(file)
    try:
        with zipfile.ZipFile(file) as archive:
            entry = found(archive, place)
            if entry.file_size > MOST:
                raise SourceError(
                    place, f"a graph of {entry.file_size:,} bytes", f"{MOST:,} are the most that are read"
                )
            with archive.open(entry) as stream:
                text = stream.read(MOST + 1)
            if len(text) > MOST:  # more than the archive claims
                raise SourceError(place, f"a graph of over {MOST:,} bytes", "the archive is damaged, or hostile")
            tied, numbers = ties(archive), constants(archive)
        made = json.loads(text)
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(place, "no such file", "look at its name") from None
    except IsADirectoryError:
        raise SourceError(place, "this is a folder", "name one file in it") from None
    except zipfile.BadZipFile:
        raise SourceError(place, what_else(file), SAVE) from None
    except RecursionError:
        raise SourceError(place, "its graph nests too deeply", "the archive is damaged, or hostile") from None
    except (zlib.error, EOFError, RuntimeError, ValueError, LookupError, TypeError, AttributeError) as error:
        what = f"the graph in it cannot be read: {str(error)[:80]}"
        raise SourceError(place, what, f"the archive is damaged; {SAVE}") from None
    except OSError as error:
        raise SourceError(
            place, f"cannot be read: {(error.strerror or str(error)).lower()}", "look at the file"
        ) from None
    if not isinstance(made, dict) or not isinstance(made.get("graph_module"), dict):
        raise SourceError(place, "it holds no exported program", SAVE)
    return Program(made, tied, numbers)


def listed(archive: zipfile.ZipFile, name: str) -> tuple[str, dict[str, Any]]:
    """Return the folder of a list that an archive has, and what it lists by name: nothing where it is not there."""
    entry = next((e for e in archive.infolist() if e.filename.endswith(f"/{name}")), None)
    if entry is None or entry.file_size > MOST:
        return "", {}
    with archive.open(entry) as stream:
        found = json.loads(stream.read(MOST))
    return entry.filename.removesuffix(name), found["config"] if isinstance(found, dict) else {}


def ties(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the first name of each weight that has several: those are kept in one file, of one shape."""
    first: dict[str, str] = {}
    found = {}
    for name, weight in listed(archive, "model_weights_config.json")[1].items():
        key = json.dumps([weight["path_name"], weight["tensor_meta"]["sizes"], weight["tensor_meta"]["storage_offset"]])
        found[name] = first.setdefault(key, name)
    return found


def constants(archive: zipfile.ZipFile) -> dict[str, int]:
    """Return the integers that a program keeps, by name. Pickled ones are not read."""
    folder, config = listed(archive, "model_constants_config.json")
    numbers = {}
    for name, kept in config.items():
        file = folder + str(kept["path_name"])
        meta = kept["tensor_meta"]
        if not kept["use_pickle"] and meta and meta["sizes"] == [] and meta["dtype"] in INTEGERS:
            with archive.open(file) as stream:
                numbers[name] = int.from_bytes(stream.read(8), "little", signed=True)
    return numbers


def found(archive: zipfile.ZipFile, place: Location) -> zipfile.ZipInfo:
    """Return the entry that is the graph."""
    entries = archive.infolist()
    for entry in entries:
        parts = entry.filename.split("/")
        if parts[-1] == OLD or (len(parts) >= 2 and parts[-2] == "models" and parts[-1].endswith(".json")):
            return entry
    names = {entry.filename.rpartition("/")[2] for entry in entries}
    if "data.pkl" in names:
        hint = f"{SAVE}, or name what builds the module: torch:MODULE:CALLABLE"
        raise SourceError(place, "an archive of torch.save: a pickle, which runs code when it is read", hint)
    raise SourceError(place, "an archive without a graph", SAVE)


def what_else(file: str) -> str:
    """Return what a file is that is no zip."""
    size = os.path.getsize(file)
    with open(file, "rb") as stream:
        start = stream.read(64)
    if not size:
        return "an empty file"
    if start.startswith(b"version https://git-lfs"):
        return "a pointer to a large file: git lfs pull fetches it"
    if start.startswith(b"PK"):
        return "a zip that is cut off or damaged"
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "an HTML page, not an archive"
    return "no archive of torch.export"
