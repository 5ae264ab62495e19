"""What can go wrong in the domain, each named by what is wrong.

GeoError
├── InvalidInput
│   ├── InvalidCode
│   │   └── AmbiguousCode
│   ├── InvalidWeights
│   ├── InvalidFilter
│   ├── InvalidIndicators
│   ├── InvalidTargets
│   ├── InfeasibleSplit
│   ├── InvalidIndex
│   ├── InvalidModel
│   ├── InvalidRegion
│   ├── InvalidLayer
│   ├── UnknownYear
│   ├── ZoneNotRanked
│   ├── InvalidJudgementFile
│   ├── InvalidMethod
│   ├── InvalidRisk
│   ├── UnusedRisk
│   ├── InvalidQuadrant
│   ├── InvalidScenario
│   ├── InvalidTrend
│   ├── InvalidDraws
│   ├── NothingRanked
│   ├── InvalidChoice
│   └── InvalidSamples
├── InconsistentJudgements
│   └── JudgedTwice
├── NotFound
│   ├── LayerNotFound
│   │   ├── NoLayer
│   │   └── LayerToDefine
│   ├── IndicatorNotFound
│   ├── ZoneNotFound
│   ├── ModelNotFound
│   ├── VersionNotFound
│   ├── UploadNotFound
│   ├── KeyNotFound
│   ├── UserNotFound
│   └── SurfaceNotFound
├── NotDrawn
├── CRSMissing
├── CRSMismatch
├── RasterRefused
├── UploadRejected
│   ├── UploadTooLarge
│   └── UploadUnsupported
├── LoginRequired
│   ├── KeyRefused
│   └── LoginRefused
├── NotAllowed
├── TooManyRequests
├── Conflict
│   ├── WarningsNotAccepted
│   ├── StaleVersion
│   └── LayerMoved
└── StoreFault
    ├── StoreFull
    └── NotReady
        ├── FilesNotReady
        ├── SurfaceNotReady
        └── TilesNotReady

Every class carries its sentence in Indonesian and English; the facts fill the braces and travel
with the error as evidence.
"""

from pathlib import Path
from typing import Any, ClassVar

from geo.language import Language, Text, localized


class GeoError(Exception):
    """Something is wrong in the domain.

    Parameters
    ----------
    **facts
        Evidence (JSON types) that fills the braces of `sentence` and is sent along.
    """

    title: ClassVar[Text] = Text(id="Kesalahan domain", en="Domain error")
    sentence: ClassVar[Text] = Text(id="{reason}", en="{reason}")

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.detail("en"))

    def detail(self, language: Language) -> str:
        """What was found, what was expected and what to do, in `language`."""
        facts = {
            name: value.to(language) if isinstance(value, Text) else value
            for name, value in self.facts.items()
        }
        return self.sentence.to(language).format(**facts)


class InvalidInput(GeoError):
    """A value that the caller can mend."""

    title = Text(id="Masukan tidak sah", en="Invalid input")


class InvalidCode(InvalidInput):
    """A text that is no region code."""

    sentence = Text(
        id="{value!r} bukan kode wilayah. Tulis kode Kemendagri seperti '63.01' atau kode BPS seperti '6301'.",
        en="{value!r} is not a region code. Write a Kemendagri code such as '63.01' or a BPS code such as '6301'.",
    )


class InvalidWeights(InvalidInput):
    """Weights that cannot be used."""

    title = Text(id="Bobot tidak sah", en="Invalid weights")


class InvalidFilter(InvalidInput):
    """A filter on a property that does not exist or has another type."""

    title = Text(id="Saringan tidak sah", en="Invalid filter")


class InvalidIndicators(InvalidInput):
    """An indicator table that cannot be used."""

    title = Text(id="Tabel indikator tidak sah", en="Invalid indicator table")


class InvalidTargets(InvalidInput):
    """A table of targets that cannot be used."""

    title = Text(id="Tabel target tidak sah", en="Invalid table of targets")


class InfeasibleSplit(InvalidInput):
    """A target that cannot be divided among regions as asked; `reason` says what is missing."""

    title = Text(id="Target tidak dapat dibagi", en="The target cannot be split")


class InvalidIndex(InvalidInput):
    """A file of an index that cannot be used; `line` and `place` name where."""

    title = Text(id="Indeks tidak sah", en="Invalid index")
    sentence = Text(
        id="Indeks tidak dapat dipakai: baris {line}, {place}: {reason}",
        en="The index cannot be used: line {line}, {place}: {reason}",
    )


class InvalidModel(InvalidInput):
    """A readiness model that cannot be used."""

    title = Text(id="Model tidak sah", en="Invalid model")


class InvalidRegion(InvalidInput):
    """A file of the planning region that cannot be used; `line` and `place` name where."""

    title = Text(id="Wilayah perencanaan tidak sah", en="Invalid planning region")
    sentence = Text(
        id="Wilayah tidak dapat dipakai: baris {line}, {place}: {reason}",
        en="The region cannot be used: line {line}, {place}: {reason}",
    )


class InvalidLayer(InvalidInput):
    """A layer that breaks its schema."""

    title = Text(id="Layer tidak sah", en="Invalid layer")


class UnknownYear(InvalidInput):
    """A year without data."""

    title = Text(id="Tahun tidak tersedia", en="Unknown year")
    sentence = Text(
        id="Tidak ada data {subject} untuk tahun {year}. Tahun yang tersedia: {available}.",
        en="There are no {subject} data for {year}. Years available: {available}.",
    )


class ZoneNotRanked(InvalidInput):
    """A zone without a score where one is needed."""

    title = Text(id="Kawasan tidak diperingkat", en="Zone not ranked")
    sentence = Text(
        id="{name} tidak diperingkat, jadi tidak ada skor untuk dibandingkan atau diuraikan. Pilih kawasan yang diperingkat.",
        en="{name} is not ranked, so there is no score to compare or to take apart. Choose a zone that is.",
    )


class InconsistentJudgements(GeoError):
    """Pairwise judgements that contradict themselves or each other."""

    title = Text(id="Penilaian tidak sah", en="Invalid judgements")


class NotFound(GeoError):
    """Something that is asked for by name and is not there."""

    title = Text(id="Tidak ditemukan", en="Not found")
    sentence = Text(
        id="{what} {name!r} tidak ada. Yang tersedia: {available}.",
        en="There is no {what} {name!r}. Available: {available}.",
    )
    what: ClassVar[Text] = Text(id="Objek", en="object")

    # A layer may hold thousands of areas: their names are no help any more.
    most_named: ClassVar[int] = 50

    def __init__(
        self,
        name: str,
        available: list[str] | None = None,
        *,
        count: int | None = None,
        **facts: Any,
    ) -> None:
        """`count` is how many there are, where `available` holds only some of them."""
        known = available or []
        said = ", ".join(known[: self.most_named]) or "-"
        named = Text(id=said, en=said)
        if more := (len(known) if count is None else count) - len(known[: self.most_named]):
            n = localized(f"{more:,}")
            named = Text(id=f"{said}, dan {n.id} lainnya", en=f"{said}, and {n.en} more")
        super().__init__(name=name, available=named, what=self.what, **facts)


class LayerNotFound(NotFound):
    """No such layer."""

    what = Text(id="Layer", en="layer")


class NoLayer(LayerNotFound):
    """A dataset that is no layer and is read elsewhere: figures, targets, an index."""

    sentence = Text(
        id="{name!r} bukan layer. Isinya dibaca di {path}, riwayatnya di /collections/{name}/versions.",
        en="{name!r} is no layer. It is read at {path}, its history at /collections/{name}/versions.",
    )


class LayerToDefine(LayerNotFound):
    """No such layer, of which nothing is stated that would make it a new one."""

    sentence = Text(
        id="Layer {name!r} belum ada. Untuk layer yang sudah ada, pilih salah satu: {available}. Untuk membuat layer baru, sebutkan judulnya (isian title), juga source dan licence.",
        en="There is no layer {name!r} yet. Of those that there are, choose one: {available}. To make a new layer, state its title (parameter title), and its source and licence.",
    )


class IndicatorNotFound(NotFound):
    """No such indicator."""

    what = Text(id="Indikator", en="indicator")


class ZoneNotFound(NotFound):
    """No such zone or feature."""

    what = Text(id="Kawasan atau fitur", en="zone or feature")


class RegionNotFound(ZoneNotFound):
    """No such province or regency of the region that is planned."""

    what = Text(id="Wilayah", en="region")


class ModelNotFound(NotFound):
    """No such readiness model."""

    what = Text(id="Model", en="model")


class VersionNotFound(NotFound):
    """No such version of a dataset."""

    what = Text(id="Versi", en="version")


class UploadNotFound(NotFound):
    """No such upload."""

    what = Text(id="Unggahan", en="upload")


class PartNotFound(NotFound):
    """No such unfinished file of one's own."""

    sentence = Text(
        id="Kiriman yang belum selesai bernomor {name!r} tidak ada, atau sudah dibuang. Kirim berkasnya dari awal.",
        en="There is no unfinished file {name!r}, or it was dropped. Send the file from its beginning.",
    )


class KeyNotFound(NotFound):
    """No API key of this prefix."""

    what = Text(id="Kunci", en="key")


class UserNotFound(NotFound):
    """No person of this user name."""

    what = Text(id="Pengguna", en="user")


class NotDrawn(GeoError):
    """Nothing of an upload that a map could show, for a reason that is said."""

    title = Text(id="Tidak ada petanya", en="There is no map of it")


class CRSMissing(GeoError):
    """A layer or raster without a coordinate reference system."""

    title = Text(id="CRS tidak ada", en="CRS missing")
    sentence = Text(
        id="{subject} tidak menyebut sistem koordinatnya (CRS). Sertakan berkas .prj atau nyatakan CRS, misalnya EPSG:4326.",
        en="{subject} does not say its coordinate reference system (CRS). Add its .prj file or state the CRS, for example EPSG:4326.",
    )


class CRSMismatch(GeoError):
    """Two layers in different coordinate reference systems."""

    title = Text(id="CRS berbeda", en="CRS mismatch")
    sentence = Text(
        id="{subject} memakai {found}, sedangkan yang dibutuhkan {expected}. Proyeksikan ulang lebih dahulu.",
        en="{subject} is in {found} where {expected} is needed. Reproject it first.",
    )


class RasterRefused(GeoError):
    """A raster that cannot serve as the land layer it is meant for."""

    title = Text(id="Raster ditolak", en="Raster refused")


class UploadRejected(GeoError):
    """An uploaded file that was read and found wanting."""

    title = Text(id="Unggahan ditolak", en="Upload rejected")


class UploadTooLarge(UploadRejected):
    """An upload over a limit."""

    title = Text(id="Unggahan terlalu besar", en="Upload too large")


class UploadUnsupported(UploadRejected):
    """An upload of a kind that is not accepted."""

    title = Text(id="Jenis berkas tidak diterima", en="File type not accepted")


class Conflict(GeoError):
    """Somebody else changed the same thing in between."""

    title = Text(id="Bentrok perubahan", en="Conflict")


class WarningsNotAccepted(Conflict):
    """An upload with warnings that somebody must have looked at before it is published."""

    title = Text(id="Peringatan belum disetujui", en="Warnings not accepted")
    sentence = Text(
        id="{n} peringatan dalam laporan harus dibaca lebih dahulu: {warnings} Jika memang benar, {again} lagi dengan accept_warnings (di baris perintah: --accept-warnings).",
        en="{n} warnings of the report must be read first: {warnings} If they are right as they are, {again} again with accept_warnings (on the command line: --accept-warnings).",
    )


class OffsetMoved(Conflict):
    """The next bytes of a file that do not go on where it ends so far, at `offset`."""

    sentence = Text(
        id="Berkas ini sudah diterima sampai byte {offset}, sedangkan kiriman ini mulai dari byte {asked}. Lanjutkan dari {offset}.",
        en="Of this file {offset} bytes have come, and these begin at {asked}. Go on from {offset}.",
    )


class StaleVersion(Conflict):
    """A change to a version that is not the current one any more; `current` is the one that is."""

    title = Text(id="Versi sudah berganti", en="Stale version")


class LayerMoved(Conflict):
    """An upload whose layer was published anew since they were compared; see it again first."""

    title = Text(id="Data terbitnya sudah berganti", en="What is published has moved")
    sentence = Text(
        id="Yang terbit kini versi {current}, sedangkan unggahan ini dibandingkan dengan versi {base}. Perbedaan dan dampaknya dihitung ulang; periksa laporan barunya, lalu setujui lagi.",
        en="Version {current} is published now; this upload was compared with version {base}. Difference and impact are made again: look at the new report, then approve again.",
    )
    _exists = Text(
        id="Layer {dataset!r} masih baru ketika unggahan ini diperiksa, tetapi kini sudah ada (versi {current}). Bila disetujui, unggahan ini menjadi versi berikutnya dan menggantikan isi serta judulnya. Periksa laporan barunya; bila layernya lain, pilih nama lain.",
        en="The layer {dataset!r} was new when this upload was checked, but it exists by now (version {current}). Approved, this upload becomes its next version and replaces its content and title. Look at the new report; if it is another layer, choose another name.",
    )
    _withdrawn = Text(
        id="Layer {dataset!r} ditarik setelah unggahan ini diperiksa. Bila disetujui, layer itu ditampilkan lagi dengan isi unggahan ini. Periksa laporan barunya, lalu setujui lagi.",
        en="The layer {dataset!r} was withdrawn after this upload was checked. Approved, it is shown again with the content of this upload. Look at the new report, then approve again.",
    )

    def detail(self, language: Language) -> str:
        """Why the upload must be looked at again, in `language`."""
        if self.facts.get("is_withdrawn"):
            return self._withdrawn.to(language).format(**self.facts)
        if self.facts.get("base") == 0:
            return self._exists.to(language).format(**self.facts)
        return super().detail(language)


class StoreFault(GeoError):
    """The store is damaged, full or busy.

    Parameters
    ----------
    place : Path, optional
        The folder or file of the server: for its operator, and never among what is sent to others.
    """

    title = Text(id="Gudang data bermasalah", en="Store fault")

    def __init__(self, *, place: Path | None = None, **facts: Any) -> None:
        self.place = place
        super().__init__(**facts)


class StoreFull(StoreFault):
    """No room is left where the store lies."""

    title = Text(id="Tempat simpan penuh", en="Storage is full")
    sentence = Text(
        id="Tempat simpan penuh. Tidak ada yang berubah. Minta operator mengosongkan ruang, lalu ulangi.",
        en="The storage is full. Nothing has changed. Ask the operator to free space, then try again.",
    )


class LoginRequired(GeoError):
    """Something that only a known person or key may do, asked by nobody in particular."""

    title = Text(id="Perlu masuk", en="Login required")
    sentence = Text(
        id="Untuk ini Anda harus masuk dengan nama pengguna, atau memakai kunci.",
        en="For this you must log in, or use a key.",
    )


class KeyRefused(LoginRequired):
    """An API key that opens nothing: unknown, revoked or past its end."""

    title = Text(id="Kunci ditolak", en="Key refused")
    sentence = Text(id="{reason}", en="{reason}")


class LoginRefused(LoginRequired):
    """A user name and a password that do not belong together; which is wrong is not said."""

    title = Text(id="Tidak dapat masuk", en="Login refused")
    sentence = Text(
        id="Nama pengguna atau kata sandi tidak cocok. Periksa keduanya, juga huruf besar dan kecil.",
        en="The user name or the password does not match. Check both, capitals and small letters too.",
    )


class NotAllowed(GeoError):
    """Something that the caller's role does not allow."""

    title = Text(id="Tidak berwenang", en="Not allowed")


class TooManyRequests(GeoError):
    """More requests, keys or logins than are taken in so short a time."""

    title = Text(id="Terlalu banyak permintaan", en="Too many requests")
    sentence = Text(
        id="Terlalu banyak permintaan. Tunggu {retry_after_s} detik, lalu ulangi.",
        en="Too many requests. Wait {retry_after_s} seconds, then try again.",
    )


class NotReady(StoreFault):
    """Something is being prepared at this moment: come back."""

    title = Text(id="Layer sedang disiapkan", en="Layer in preparation")


class SurfaceNotFound(NotFound):
    """A model of which no land criterion has a raster."""

    what = Text(id="Peta kesesuaian lahan model", en="land suitability surface of model")


class SurfaceNotReady(NotReady):
    """A surface that is being prepared at this moment."""

    sentence = Text(
        id="Peta kesesuaian lahan sedang disiapkan. Coba lagi sebentar lagi.",
        en="The land suitability surface is being prepared. Try again in a moment.",
    )


class DifferenceNotReady(NotReady):
    """Two versions that cannot be compared now, because others are."""

    title = Text(id="Perbandingan sedang dihitung", en="Comparison in preparation")
    sentence = Text(
        id="Perbandingan versi lain sedang dihitung. Coba lagi sebentar lagi.",
        en="Other versions are being compared. Try again in a moment.",
    )


class JudgedTwice(InconsistentJudgements):
    """One pair with two different judgements."""

    sentence = Text(
        id="Pasangan {first!r} dan {second!r} dinilai dua kali dengan nilai berbeda. Hapus salah satunya.",
        en="The pair {first!r} and {second!r} is judged twice, differently. Remove one of them.",
    )


class InvalidJudgementFile(InvalidInput):
    """A file of judgements that cannot be read; `line` and `place` name where."""

    title = Text(id="Berkas penilaian tidak sah", en="Invalid file of judgements")
    sentence = Text(
        id="Penilaian tidak dapat dibaca: baris {line}, {place}: {reason}",
        en="The judgements cannot be read: line {line}, {place}: {reason}",
    )


class InvalidMethod(InvalidInput):
    """A method that does not exist."""

    title = Text(id="Metode tidak sah", en="Invalid method")
    sentence = Text(
        id="Tidak ada metode {method!r}. Metode yang tersedia: {available}.",
        en="There is no method {method!r}. Methods available: {available}.",
    )


class InvalidRisk(InvalidInput):
    """An attitude to risk outside 0..1."""

    title = Text(id="Sikap risiko tidak sah", en="Invalid attitude to risk")
    sentence = Text(
        id="Sikap risiko {risk!r} harus antara 0 (yang terburuk menentukan) dan 1 (yang terbaik menentukan).",
        en="The attitude to risk {risk!r} must lie between 0 (the worst counts) and 1 (the best counts).",
    )


class UnusedRisk(InvalidInput):
    """A risk stated for a method that has none: nobody should wait for its effect."""

    title = Text(id="Risiko tidak dipakai", en="Unused risk")
    sentence = Text(
        id="Metode {method!r} tidak memakai risiko (risk); hapus, atau pilih metode 'owa'.",
        en="The method {method!r} takes no risk; leave it out, or choose the method 'owa'.",
    )


class InvalidQuadrant(InvalidInput):
    """Two assessments that cannot stand side by side."""

    title = Text(id="Kuadran tidak sah", en="Invalid quadrant")


class InvalidScenario(InvalidInput):
    """A scenario that cannot be used; `place` names where."""

    title = Text(id="Skenario tidak sah", en="Invalid scenario")
    sentence = Text(
        id="Skenario tidak dapat dipakai, di {place}: {reason}",
        en="The scenario cannot be used, at {place}: {reason}",
    )


class InvalidTrend(InvalidInput):
    """Assessments that are not the same question in different years."""

    title = Text(id="Tren tidak sah", en="Invalid trend")


class TilesNotReady(NotReady):
    """The tiles of a layer are being prepared at this moment."""

    sentence = Text(
        id="Ubin peta layer ini sedang disiapkan. Coba lagi sebentar lagi.",
        en="The map tiles of this layer are being prepared. Try again in a moment.",
    )


class FilesNotReady(NotReady):
    """So many files are being made that this one must wait longer than a request may."""

    title = Text(id="Berkas sedang disiapkan", en="File in preparation")
    sentence = Text(
        id="Berkas ini menunggu giliran: berkas layer besar lain sedang dibuat. Coba lagi sebentar lagi.",
        en="This file waits its turn: files of other large layers are being made. Try again in a moment.",
    )


class InvalidDraws(InvalidInput):
    """Draws that cannot be made as asked."""

    title = Text(id="Simulasi tidak sah", en="Invalid simulation")


class InvalidChoice(InvalidInput):
    """A choice of the best areas that cannot be made."""

    title = Text(id="Pilihan wilayah tidak sah", en="Invalid choice of areas")


class NothingRanked(InvalidInput):
    """An assessment that ranks no zone, where the ranked ones are asked about."""

    title = Text(id="Tidak ada kawasan yang diperingkat", en="No zone is ranked")
    sentence = Text(
        id="Tidak ada kawasan yang diperingkat, jadi tidak ada yang dapat disimulasikan. Periksa data dan batas kelengkapannya.",
        en="No zone is ranked, so there is nothing to simulate. Check the data and the coverage floor.",
    )


class InvalidSamples(InvalidInput):
    """A number of samples that Sobol's sequence does not allow."""

    title = Text(id="Jumlah sampel tidak sah", en="Invalid number of samples")
    sentence = Text(
        id="Jumlah sampel {n} harus pangkat dua antara 2 dan {most}, misalnya 1024.",
        en="The number of samples {n} must be a power of two between 2 and {most}, such as 1024.",
    )


class AmbiguousCode(InvalidCode):
    """A code that has lost a digit, as spreadsheets do to 63.10."""

    sentence = Text(
        id="{value!r} telah kehilangan angka nol: bisa berarti {candidates}. Simpan kolom kode sebagai teks, lalu kirim lagi.",
        en="{value!r} has lost a zero: it could be {candidates}. Store the code column as text and send it again.",
    )


class BpsCode(InvalidCode):
    """A code of BPS where one of Kemendagri is needed and the two systems do not number alike."""

    sentence = Text(
        id="{value!r} adalah kode BPS, yang di bawah kabupaten berbeda dari kode Kemendagri. Tulis kode Kemendagri, misalnya '63.03.08' untuk kecamatan.",
        en="{value!r} is a code of BPS, which differs from the Kemendagri code below the regency. Write the Kemendagri code, for example '63.03.08' for a kecamatan.",
    )
