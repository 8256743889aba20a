"""The file: a zip with the graph as JSON among weights, which are never read, and pickles, which are never loaded."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from typing import Any

from macflops.errors import Location, SourceError

MOST = 256 * 2**20  # bytes of a graph as text: some 200,000 operators
OLD = "serialized_exported_program.json"  # before archives of version 1
SAVE = "save it with torch.export.save"


def program(file: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the exported program as the archive's JSON has it, and which weights are others by another name.

    Raises SourceError.
    """
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
            tied = ties(archive)
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
    return made, tied


def ties(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the first name of each weight that has several: those are kept in one file, of one shape."""
    entry = next((e for e in archive.infolist() if e.filename.endswith("/model_weights_config.json")), None)
    if entry is None or entry.file_size > MOST:
        return {}
    with archive.open(entry) as stream:
        config = json.loads(stream.read(MOST))
    first: dict[str, str] = {}
    found = {}
    for name, weight in config["config"].items() if isinstance(config, dict) else ():
        key = json.dumps([weight["path_name"], weight["tensor_meta"]["sizes"], weight["tensor_meta"]["storage_offset"]])
        found[name] = first.setdefault(key, name)
    return found


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
