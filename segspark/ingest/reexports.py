"""Files that hold the rows of an earlier file: without a key of their own these would be stored twice."""

from collections.abc import Sequence
from dataclasses import replace

from segspark.errors import GateClosed
from segspark.pipeline.step import Step
from segspark.pseudonyms import Key
from segspark.sources.files import InputFile
from segspark.sources.line_hashes import Hashes, hashes_of, known_shares, missing_keys, read_sketch, shares, sketch
from segspark.sources.resources import KEY
from segspark.sources.spec import Source
from segspark.tables.contracts import ops

# A file that holds more of an earlier one's rows is that file, exported again.
MOST_SHARED = 0.5
Files = dict[str, list[InputFile]]


def sketched(step: Step, files: Files, sources: Sequence[Source]) -> Files:
    """The files, with a sketch of their rows where the source maps no key for them.

    Raises:
        GateClosed: a file holds over half of the rows of a file that was taken in before or of a smaller one of this
            batch, or such a file holds over half of its rows. Said of all files at once, with what to do.
    """
    of_name = {source.name: source for source in sources}
    known = _stored(step)
    result, again = {}, []
    for name, its in files.items():
        source = of_name[name]
        is_compared = source.is_mapped and (missing_keys(source) or known.get(name))
        if not is_compared or all(file.is_sealed for file in its):
            result[name] = its
            continue
        made, found = _of_source(its, source, known.get(name, []), step.context[KEY], _most_bytes(step))
        result[name] = made
        if found and source.reexports != "accept":
            again.append("\n".join([*found, _fix(source)]))
    if again:
        raise GateClosed("Files hold rows that are taken in already; nothing was written.\n" + "\n".join(again))
    return result


def _most_bytes(step: Step) -> int:
    return step.settings.ingest.max_inflated_bytes


def _stored(step: Step) -> dict[str, list[tuple[str, Hashes]]]:
    """Of each source, names and sketches of the files whose rows were stored without a key."""
    table = step.read_small(ops.FILES)
    found: dict[str, list[tuple[str, Hashes]]] = {}
    if "line_hashes" not in table.column_names:
        # The next write adds the column. Files of earlier versions are not compared.
        return found
    for row in table.filter(table["line_hashes"].is_valid()).to_pylist():
        found.setdefault(row["source"], []).append((row["file_name"], read_sketch(row["line_hashes"])))
    return found


def _of_source(
    files: list[InputFile], source: Source, known: list[tuple[str, Hashes]], key: Key, max_bytes: int
) -> tuple[list[InputFile], list[str]]:
    hashes = [hashes_of(file, source, key, max_bytes) for file in files]
    sketches = [sketch(one) for one in hashes]
    earlier, found = list(known), []
    # Of two files of one batch the smaller one may be in the larger one.
    for at in sorted(range(len(files)), key=lambda n: (len(hashes[n]), files[n].name)):
        others, name = [one for _, one in earlier], files[at].name
        held, again = shares(others, hashes[at]), known_shares(others, hashes[at])
        if len(held) and held.max() > MOST_SHARED:
            other = earlier[int(held.argmax())][0]
            found.append(f"  source {source.name}: {name} holds {held.max():.0%} of the rows of {other}")
        elif len(again) and again.max() > MOST_SHARED:
            other = earlier[int(again.argmax())][0]
            found.append(f"  source {source.name}: {other} holds {again.max():.0%} of the rows of {name}")
        if len(hashes[at]):
            earlier.append((files[at].name, read_sketch(sketches[at])))
    keyless = bool(missing_keys(source))
    made = [
        replace(file, line_hashes=text if keyless and len(one) else None)
        for file, text, one in zip(files, sketches, hashes, strict=True)
    ]
    return made, found


def _fix(source: Source) -> str:
    columns = missing_keys(source)
    key = f"Map the key of a row ({', '.join(columns)}) under `records` of its YAML" if columns else "It has a key now"
    return (
        f"  {key}: rows of one key are stored once. Rows that were stored without a key have none, so begin with a new "
        "lake, or cut them from the file. If equal rows are different ones, say `reexports: accept` in the YAML."
    )
