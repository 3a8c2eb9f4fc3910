"""`Store`: what is in the folder that `edgekit.batch.classify` fills, as tables and as results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from os import PathLike
from typing import Any

import pandas as pd

from edgekit import display
from edgekit.arguments import whole
from edgekit.batch import arrays, layout, sample_table
from edgekit.batch.places import Places
from edgekit.batch.reading import TYPES, Parts
from edgekit.batch.source import Stored
from edgekit.errors import NotFoundError, UsageError
from edgekit.results import label_lists
from edgekit.results.kinds import names_of
from edgekit.results.result import ClassifyResult
from edgekit.summaries import Counts, PartArrays, Tables
from edgekit.wire.schema import Impulse

_OfBlock = Callable[[Parts, str, dict[str, Any]], pd.DataFrame]


class Store:
    """Many samples, classified into a folder by `edgekit.batch.classify`: tables at once, results one by one.

    It needs no network and no key, and reads what is in the folder when it is asked: a run may be going on.

    Parameters
    ----------
    folder : str or path
        The folder.

    Raises
    ------
    UsageError
        There is no store, or it was made by a newer edgekit.
    ResponseError
        It is damaged; the text names the file.

    Notes
    -----
    Any Parquet tool reads the tables, such as DuckDB: ``select max(anomaly) from
    read_parquet('FOLDER/parts/*/windows-5.parquet', union_by_name=true)``, 5 the learn block. The answers are gzipped
    lines of JSON, ``FOLDER/parts/*/answers.jsonl.gz``, each with its `sample`, `run`, `answer` and, of an image sample,
    `picture`: a PNG or JPEG file in base64.

    Examples
    --------
    >>> import tempfile
    >>> import edgekit as ek
    >>> folder = tempfile.mkdtemp()
    >>> store = ek.batch.classify(ek.connect(sandbox="motion"), folder, [31, 71])
    >>> ek.Store(folder)
    <Store of 2 samples of project 1 'motion' · keras, anomaly, anomaly-gmm>
    >>> store.result(31)
    <ClassifyResult of sample 31 'badminton01' · keras, anomaly, anomaly-gmm>
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = layout.checked_folder(folder)
        if layout.about(self.folder) is None:
            raise UsageError(
                f"There is no store in {display.quoted(str(folder))} (it has no {layout.ABOUT}). "
                "ek.batch.classify(studio, FOLDER) makes one."
            )

    @property
    def _about(self) -> layout.About:
        found = layout.about(self.folder)
        if found is None:
            raise UsageError(f"The store in {display.quoted(str(self.folder))} is gone.")
        return found

    @property
    def _parts(self) -> Parts:
        return Parts(self.folder, Stored(self._about))

    @property
    def project_id(self) -> int:
        """Identifier of the project."""
        return self._about.project_id

    @property
    def impulse(self) -> Impulse:
        """The impulse as it was when the store was begun."""
        return self._about.impulse

    def blocks(self) -> pd.DataFrame:
        """List the learn blocks that answered: id, kind, type, title."""
        rows = [[one[name] for name in ("id", "kind", "type", "title")] for one in self._parts.blocks()]
        return pd.DataFrame(rows, columns=["id", "kind", "type", "title"])

    def ids(self) -> list[int]:
        """Return the ids of the samples that were answered, ascending."""
        return list(self._parts.places())

    def __len__(self) -> int:
        return len(self._parts.places())

    def __contains__(self, sample: object) -> bool:
        return sample in self._parts.places()

    def runs(self) -> pd.DataFrame:
        """List the runs that wrote into the store: index `run`; `began` (UTC), `edgekit` (its version), `samples`.

        Where the impulse was trained between two of them, only this tells the one model's answers from the other's: see
        the column `run` of `samples`. Of changed thresholds `thresholds` tells.
        """
        runs = self._about.runs
        index = pd.Index([run.number for run in runs], name="run")
        table = pd.DataFrame({"began": [run.began for run in runs], "edgekit": [run.edgekit for run in runs]}, index)
        counts = self._parts.table("samples", ["run"])["run"].value_counts()
        return table.assign(samples=counts.reindex(index, fill_value=0).to_numpy())

    def thresholds(self) -> pd.DataFrame:
        """Say with which thresholds the samples were answered: one row as long as none was changed.

        Returns
        -------
        DataFrame, index `thresholds` (as `samples` has them: "5: min_anomaly_score 3.2", 5 the learn block), in the
        order in which they came: `samples`, how many, `first_run` and `last_run`.
        """
        table = self._parts.table("samples", ["thresholds", "run"])
        runs = table.groupby("thresholds", sort=False)["run"]
        found = pd.DataFrame({"samples": runs.size(), "first_run": runs.min(), "last_run": runs.max()})
        return found.sort_values(["first_run", "last_run"], kind="stable")

    def samples(self, block: int | str | None = None) -> pd.DataFrame:
        """List the samples that were answered, each with what one block makes of it.

        Parameters
        ----------
        block : int or str, optional
            Its id, type, last layer, kind or title. Without it the one that has most to show, as `edgekit.explore`
            chooses.

        Returns
        -------
        DataFrame indexed by sample `id`, ascending: `filename`, `label`, `category`, `length_ms`, `frequency_hz`,
        `readings`, `axes`, `created` as `Studio.samples` has them; `kind`, `windows`, `verdict`, `worst`, `right`,
        `known` of the block, of a classifier `suggested` and `label_quality` (see
        `edgekit.results.sample_verdict.SampleVerdict`); `correct`, whether all of the known are right, missing without
        any; `threshold`, the block's; `problem`, what could not be read, or which labels are
        doubtful; `run`, in which it was answered, and `thresholds`, with which of all blocks.
        """
        return sample_table.samples(self._parts, block)

    def overview(self, block: int | str | None = None) -> pd.DataFrame:
        """List the samples with what a table of all of them shows, in a third of the time that `samples` takes.

        Returns
        -------
        DataFrame indexed by sample `id`, ascending: of `samples` the columns `filename`, `label`, `category`,
        `length_ms`, `kind`, `verdict`, `worst`, `right`, `known`, `correct`, `thresholds`, and, if any block is a
        classifier, `suggested`: of the first one, where `block` is none. Texts that repeat are categories.
        """
        return sample_table.overview(self._parts, block)

    def doubtful_labels(self, block: int | str) -> pd.DataFrame:
        """Say which labels a classifier doubts: index sample `id`, `suggested` and `label_quality` as in `samples`."""
        parts = self._parts
        wanted = ["sample", "block", "suggested", "label_quality"]
        table = parts.table("verdicts", wanted, where=parts.block(block)["id"]).drop(columns="block")
        return table.set_index("sample").rename_axis(index="id")

    def windows(self, block: int | str | None = None) -> pd.DataFrame:
        """Return one row a window, as `edgekit.windows` does.

        Parameters
        ----------
        block : int or str, optional
            Its id, type, last layer, kind or title. Without it the windows of all blocks, block by block.

        Returns
        -------
        DataFrame: `block` (the learn block's id; not where one was asked for), `sample`, `window`, `start_ms`,
        `end_ms`, `expected`, then a column a key, `anomalous` (nullable boolean) where any is known, and `category`.
        Ascending by sample. All of it is read into memory: of a large store ask for one block.
        """
        return self._of_blocks("windows", block, self._windows)

    def predictions(self, block: int | str | None = None) -> pd.DataFrame:
        """Return what the blocks predict for each window, by the thresholds that they had.

        Returns
        -------
        DataFrame: `block` (not where one was asked for), `sample`, `window`, then the columns of
        `BlockResult.predictions`, of a classifier `most_probable` (the label of the highest probability, where the
        window is uncertain too), and `threshold`, by which it was judged.
        """
        return self._of_blocks("predictions", block, self._plain)

    def detections(self, block: int | str | None = None) -> pd.DataFrame:
        """Return the boxes of object-detection blocks: `sample`, then the columns of `BlockResult.detections`."""
        return self._of_blocks("detections", block, self._plain)

    def cells(self, block: int | str | None = None) -> pd.DataFrame:
        """Return the cells of visual-anomaly blocks: `sample`, `window`, then the columns of `edgekit.visual.cells`."""
        return self._of_blocks("cells", block, self._plain)

    def has(self, table: str, block: int) -> bool:
        """Say whether a block has a table of this name: windows, predictions, detections, cells."""
        return self._parts.has(table, int(block))

    def by_part(self, table: str, block: int) -> Iterator[pd.DataFrame]:
        """Yield a block's table part by part, for what is larger than the memory: all with the same columns."""
        parts, name = self._parts, f"{table}-{block}"
        columns = list(dict.fromkeys(column for names in parts.columns(name) for column in names))
        for part in parts.tables(name):
            yield part.to_pandas(types_mapper=TYPES.get).reindex(columns=columns)

    def failures(self) -> pd.DataFrame:
        """List the samples without an answer: index `sample`; `error` (its name), `text`, `run`, the last one."""
        table = self._parts.table("failures").drop_duplicates("sample", keep="last").set_index("sample")
        if len(table):
            table = table[~table.index.isin(self.ids())]
        return table.sort_index()[["error", "text", "run"]]

    def result(self, sample: int) -> ClassifyResult:
        """Return what the blocks said of one sample, as `Studio.classify` returned it.

        Raises
        ------
        UsageError
            `sample` is no id.
        NotFoundError
            The store has no answer of this sample; the text says whether it failed.
        """
        parts = self._parts
        place = parts.places().get(whole("sample (its id)", sample))
        if place is None:
            failed = self.failures()
            why = f": it failed ({failed['text'].get(sample)})" if sample in failed.index else ""
            raise NotFoundError(f"The store has no answer of sample {display.quoted(sample)}{why}.")
        return parts.result(place)

    @property
    def results(self) -> Mapping[int, ClassifyResult]:
        """All results by sample id; each is read when it is asked for."""
        return _Results(lambda: self._parts)

    def parts_of(self, kind: str, block: int | str | None, tables: Tables) -> Iterator[PartArrays] | None:
        """Yield columns of a block's tables as arrays, part by part; for the summaries of each kind."""
        return arrays.parts_of(self._parts, kind, block, tables)

    def counts_of(self, kind: str, block: int | str | None, threshold: float | None) -> Iterator[Counts] | None:
        """Yield what is counted of a block, part by part; by each sample's own threshold where none is given."""
        return arrays.counts_of(self._parts, kind, block, threshold)

    def in_words(self) -> str:
        """Say of which project it is, which blocks answered, and how many samples failed."""
        about, failed = self._about, len(self.failures())
        said = [f"project {about.project_id} {display.quoted(about.project)}"]
        if blocks := self._parts.blocks():
            named = names_of((one["last_layer"] or one["type"], one["title"]) for one in blocks)
            said.append(display.listing(named))
        return " · ".join([*said, *([f"{failed} failed"] if failed else [])])

    def __repr__(self) -> str:
        return display.fit(f"<Store of {display.counted(len(self), 'sample')} of {self.in_words()}>")

    def _repr_html_(self) -> str:
        about, parts = self._about, self._parts
        runs, thresholds = self.runs(), self.thresholds()
        facts: dict[str, object] = {
            "impulse": f"{about.impulse.id} · {display.shown(about.impulse.name)}",
            "samples": len(self),
            "failed": len(self.failures()) or "",
            "variant": about.variant,
            "runs": f"{len(runs)}, the last on {runs['began'].iloc[-1]}" if len(runs) else "",
        }
        facts |= {f"{one['id']} · {display.shown(one['title'])}": one["kind"] for one in parts.blocks()}
        note = ""
        if len(thresholds) > 1:
            note = "Thresholds were changed in between: store.thresholds() says how, samples()['thresholds'] where."
        title = f"Store of project {about.project_id} · {display.shown(about.project)}"
        return display.card(title, facts, note=note)

    def _of_blocks(self, name: str, block: int | str | None, one: _OfBlock) -> pd.DataFrame:
        parts = self._parts
        if block is not None:
            return one(parts, name, parts.block(block))
        found = {about["id"]: one(parts, name, about) for about in parts.blocks() if parts.has(name, about["id"])}
        tables = [table.assign(block=number)[["block", *table]] for number, table in found.items()]
        if not tables:
            return pd.DataFrame(columns=["block", "sample", "window"])
        return pd.concat(tables, ignore_index=True)

    def _plain(self, parts: Parts, name: str, about: dict[str, Any]) -> pd.DataFrame:
        return parts.table(f"{name}-{about['id']}", missing=["sample", "window"])

    def _windows(self, parts: Parts, name: str, about: dict[str, Any]) -> pd.DataFrame:
        table = self._plain(parts, name, about)
        if "expected" in table:
            table["expected"] = _expected(table["expected"], about["kind"])
        if "anomalous" in table and table["anomalous"].isna().all():
            table = table.drop(columns="anomalous")
        category = parts.table("samples", ["sample", "category"]).set_index("sample")["category"]
        table["category"] = category.reindex(table["sample"]).to_numpy()
        if about["keys"]:
            table.attrs["keys"] = about["keys"]
        return table


def _expected(texts: pd.Series[Any], kind: str) -> Any:
    """Return labels as `BlockResult.windows` has them: of objects a list, of a regression a number."""
    from edgekit.regression.predictions import as_numbers

    if kind == "regression":
        return as_numbers(texts)
    if kind == "detection":
        return pd.Series([None if pd.isna(text) else label_lists.split(text) for text in texts], texts.index, object)
    return texts


class _Results(Mapping[int, ClassifyResult]):
    """What is looked up when it is first asked for: a summary asks what a store has, and wants no result."""

    def __init__(self, read: Callable[[], Parts]) -> None:
        self._read = read

    @cached_property
    def _parts(self) -> Parts:
        return self._read()

    @cached_property
    def _places(self) -> Places:
        return self._parts.places()

    def __getitem__(self, sample: int) -> ClassifyResult:
        if not self._places[sample].file.exists():  # a run has made a part of it since
            del self._parts, self._places
        return self._parts.result(self._places[sample])

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
