"""Indexes in files: written by the worker and by `build_index`, opened by every process, never written in a request.

A build is three files under INDEX_DIR, by bank: both directions of the index, and the counts from which the next build
is made without reading the texts again. Each is written beside and renamed; then the build's row is committed, and the
folder is touched, which is what readers look at.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from matching import tables
from matching.analysis import ReadDocument
from matching.counts import Counts
from matching.documents import Document, Query
from matching.engine import Engine, NeedEngine
from matching.files import CorruptIndex, IncompatibleIndex, counts_read, counts_write, engines_read, engines_write
from matching.held import chunks
from matching.lexicon import analyzer_of
from matching.scoring import Model, read_document
from talentbank.banks.models import Bank
from talentbank.core.models import Revision
from talentbank.core.revision import revision_basis, revision_current
from talentbank.needs.models import Need
from talentbank.professionals.models import Professional
from talentbank.ranking import corpus
from talentbank.ranking.corpus import Basis
from talentbank.ranking.models import IndexBuild

logger = logging.getLogger(__name__)

DELTA_SHARE = 0.1
DELTA_LEAST, DELTA_MOST = 20, 2_000
"""Changed rows at which a bank is built anew: a tenth of its professionals, within these. An idf drifts no further, and
a process that starts reads no more texts than these, three seconds' worth."""
LONGEST = timedelta(days=1)
"""After which a build is replaced if anything has changed: who left is not in a file for longer than two days."""
INDEX_LATE = timedelta(days=2)
"""Twice `LONGEST`: a change that waits for longer finds no worker."""
BASIS_UP_TO = 2_000
"""Professionals up to which a change of the basis (vocabulary, synonyms, weights) has a request read all texts again,
four seconds' worth. A larger bank goes on with the basis of its build until the worker has written the next."""
KEPT = 2
"""Builds of a bank that stay: should the newest be damaged, the one before is followed."""
ELSEWHERE = timedelta(days=30)
"""For which the row of a build that is not on this machine stays: another machine may have its files."""
CHUNK = 500
"""Rows read at a time."""

BANK_FOLDER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The shards of a cluster lie beside them."""
PARTS = ("professionals", "needs", "counts")
Progress = Callable[[int, int], None]
"""Texts read, and to be read."""


def stamp(bank_id: UUID) -> int:
    """Changes when there is another build; 0 where there is none."""
    try:
        return _folder(bank_id).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def opened(bank_id: UUID, basis: int) -> tuple[IndexBuild, Engine, NeedEngine] | None:
    """The newest build whose files are whole and read texts as this program does.

    basis : revision at which the basis changed last; an older build counts where the bank is larger than BASIS_UP_TO
    """
    for build in IndexBuild.objects.filter(bank_id=bank_id).order_by("-revision", "-built_at"):
        if build.revision < basis and build.professionals <= BASIS_UP_TO:
            continue
        try:
            engines = engines_read(
                professionals=_path(build, "professionals"),
                needs=_path(build, "needs"),
                documents=_documents,
                queries=_queries,
                neighbours=tables.near_terms(),
                background=tables.background(),
            )
        except FileNotFoundError:
            continue  # another machine's, or just replaced
        except IncompatibleIndex as error:
            logger.info("index of %s passed over: %s", bank_id, error)
        except CorruptIndex as error:
            logger.warning("index of %s removed: %s", bank_id, error)
            _remove(build)
        else:
            return build, *engines
    return None


def forget(bank_id: UUID) -> None:
    """This function will have the bank's files replaced, because somebody in them must leave no trace."""
    IndexBuild.objects.filter(bank_id=bank_id).update(is_outdated=True)


def builds_due(*, at: datetime) -> list[Bank]:
    """Banks whose files are to be written anew on this machine."""
    revisions = {each.bank_id: each for each in Revision.objects.all()}
    return [bank for bank in Bank.objects.order_by("slug") if _is_due(bank.pk, revisions.get(bank.pk), at)]


def _is_due(bank_id: UUID, revision: Revision | None, at: datetime) -> bool:
    build = next((each for each in IndexBuild.objects.filter(bank_id=bank_id) if _is_there(each)), None)
    if build is None or build.is_outdated:
        return True
    if revision is None or revision.value == build.revision:
        return False
    if revision.basis > build.revision or build.built_at < at - LONGEST:
        return True
    since = {"bank_id": bank_id, "revision__gt": build.revision}
    changed = Professional.objects.filter(**since).count() + Need.objects.filter(**since).count()
    return changed > max(DELTA_LEAST, min(DELTA_MOST, DELTA_SHARE * build.professionals))


def index_is_late(*, at: datetime) -> bool:
    """Tell whether a bank's newest files, on whatever machine, lack a change from before `INDEX_LATE`.

    A bank without files is not late: its texts are read at the first ranking.
    """
    until = at - INDEX_LATE
    newer = IndexBuild.objects.filter(bank=OuterRef("bank"), revision__gt=OuterRef("revision"))
    missed = Professional.objects.filter(bank=OuterRef("bank"), revision__gt=OuterRef("revision"), updated_at__lt=until)
    return IndexBuild.objects.filter(~Exists(newer), Exists(missed), built_at__lt=until).exists()


def _silent(done: int, total: int) -> None:
    """Nobody watches."""


def build(bank_id: UUID, *, at: datetime, progress: Progress = _silent) -> IndexBuild | None:
    """Write the bank's files anew, from the counts of the last ones and what changed since.

    Gives None where another process is at it. Whoever reads goes on with the old files until the new ones are whole.
    """
    _folder(bank_id).mkdir(parents=True, exist_ok=True)
    with _alone(bank_id) as is_alone:
        if not is_alone:
            return None
        # Read before the rows: what is committed in between is then followed from here, never missed.
        revision = revision_current(bank_id)
        basis = corpus.basis_of(bank_id)
        counts = _counted(bank_id, basis, progress)
        model = Model.fit(
            counts,
            lexicon=basis.lexicon,
            weights=basis.weights,
            background=tables.background(),
            neighbours=tables.near_terms(),
        )
        row = IndexBuild(bank_id=bank_id, revision=revision, professionals=len(counts), built_at=at)
        counts_write(_path(row, "counts"), counts, basis.lexicon)
        queries = map(corpus.query_of, corpus.needs_with_texts(corpus.indexed_needs(bank_id)))
        engines_write(counts, model, queries, professionals=_path(row, "professionals"), needs=_path(row, "needs"))
        _announce(row)
        return row


def _counted(bank_id: UUID, basis: Basis, progress: Progress) -> Counts:
    wanted = set(map(str, corpus.indexed_professionals(bank_id).values_list("pk", flat=True)))
    kept = _kept_counts(bank_id, basis)
    kept = kept.without([id for id in kept.ids if id not in wanted])
    fresh = sorted(wanted.difference(kept.ids))
    analyzer, parts, done = analyzer_of(basis.lexicon), [kept], 0
    for ids in chunks(fresh, CHUNK):
        read: list[ReadDocument] = [read_document(analyzer, each, basis.weights) for each in _documents(ids)]
        parts.append(Counts.of(read))
        done += len(ids)
        progress(done, len(fresh))
    return Counts.joined(parts)


def _kept_counts(bank_id: UUID, basis: Basis) -> Counts:
    """Of the last build, without whoever changed since; none where texts are read otherwise now."""
    for last in IndexBuild.objects.filter(bank_id=bank_id, revision__gte=revision_basis(bank_id)):
        try:
            counts = counts_read(_path(last, "counts"), basis.lexicon)
        except (FileNotFoundError, IncompatibleIndex, CorruptIndex) as error:
            logger.info("counts of %s passed over: %s", bank_id, error)
            continue
        changed = Professional.objects.filter(bank_id=bank_id, revision__gt=last.revision)
        return counts.without(list(map(str, changed.values_list("pk", flat=True))))
    return Counts.of([])


def _announce(row: IndexBuild) -> None:
    """Commit the row, let readers look, and remove what nobody needs any more."""
    with transaction.atomic():
        before = list(IndexBuild.objects.select_for_update().filter(bank_id=row.bank_id))
        row.save(force_insert=True)
        here = [each for each in before if _is_there(each)]
        whole = [each for each in here if not each.is_outdated]
        lost = [each for each in before if each not in here and each.built_at < row.built_at - ELSEWHERE]
        gone = [each for each in here if each not in whole[: KEPT - 1]] + lost
        IndexBuild.objects.filter(pk__in=[each.pk for each in gone]).delete()
    os.utime(_folder(row.bank_id))
    known = {str(each) for each in IndexBuild.objects.filter(bank_id=row.bank_id).values_list("pk", flat=True)}
    for path in _folder(row.bank_id).glob("*.*"):
        if path.name.partition(".")[0] not in known:
            path.unlink(missing_ok=True)


def abandoned_remove() -> None:
    """This function will remove the files of banks that are no longer there."""
    known = {str(id) for id in Bank.objects.values_list("pk", flat=True)}
    for folder in settings.INDEX_DIR.glob("*"):
        if BANK_FOLDER.fullmatch(folder.name) and folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)


def _documents(ids: Sequence[str]) -> Iterator[Document]:
    for some in chunks(ids, CHUNK):
        yield from map(corpus.document_of, corpus.professionals_with_texts(Professional.objects.filter(pk__in=some)))


def _queries(ids: Sequence[str]) -> Iterator[Query]:
    for some in chunks(ids, CHUNK):
        yield from map(corpus.query_of, corpus.needs_with_texts(Need.objects.filter(pk__in=some)))


def _folder(bank_id: UUID) -> Path:
    return Path(settings.INDEX_DIR) / str(bank_id)


def _path(build: IndexBuild, part: str) -> Path:
    return _folder(build.bank_id) / f"{build.pk}.{part}"


def _is_there(build: IndexBuild) -> bool:
    return all(_path(build, part).is_file() for part in PARTS)


def _remove(build: IndexBuild) -> None:
    """So that it is written anew; where this process may not, the next build replaces it."""
    for part in PARTS:
        try:
            _path(build, part).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("index of %s stays: %s", build.bank_id, error)


@contextmanager
def _alone(bank_id: UUID) -> Iterator[bool]:
    """Whether no other process writes this bank's files; the lock goes with the process, however it ends."""
    descriptor = os.open(_folder(bank_id) / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
