"""The sentence of every finding: its code, how severe it is, and what to do, in both languages.

A sentence about one feature follows its label ("Row 3 (angsana): ..."), so it begins in lower case.
"""

from typing import Literal

from geo.language import Text

_Severity = Literal["error", "warning", "info"]


def _error(indonesian: str, english: str) -> tuple[_Severity, Text]:
    return "error", Text(id=indonesian, en=english)


def _warning(indonesian: str, english: str) -> tuple[_Severity, Text]:
    return "warning", Text(id=indonesian, en=english)


def _info(indonesian: str, english: str) -> tuple[_Severity, Text]:
    return "info", Text(id=indonesian, en=english)


_ARCHIVE = {
    "zip_unreadable": _error(
        "Arsip ZIP rusak ({reason}). Buat ulang ZIP dari berkas aslinya.",
        "The ZIP archive is damaged ({reason}). Make the ZIP again from the original files.",
    ),
    "zip_encrypted": _error(
        "Berkas {member!r} dalam ZIP dikunci kata sandi. Buat ZIP tanpa kata sandi.",
        "{member!r} in the ZIP is locked by a password. Make a ZIP without a password.",
    ),
    "zip_nested": _error(
        "ZIP berisi arsip lain ({member!r}). Ekstrak arsip itu dan kirim isinya langsung.",
        "The ZIP holds another archive ({member!r}). Unpack that one and send its content directly.",
    ),
    "zip_path": _error(
        "Nama {member!r} dalam ZIP menunjuk ke luar arsip. Buat ulang ZIP dari satu folder biasa.",
        "The name {member!r} in the ZIP points outside the archive. Make the ZIP again from one plain folder.",
    ),
    "zip_symlink": _error(
        "{member!r} dalam ZIP adalah tautan, bukan berkas. Masukkan berkasnya sendiri.",
        "{member!r} in the ZIP is a link, not a file. Put the file itself in.",
    ),
    "zip_too_many_entries": _error(
        "ZIP berisi {count} berkas; batasnya {limit}. Masukkan hanya berkas satu Shapefile.",
        "The ZIP holds {count} files; the limit is {limit}. Put in only the files of one Shapefile.",
    ),
    "zip_too_large": _error(
        "Isi ZIP mengembang menjadi lebih dari {limit_mb} MB. Sederhanakan atau bagi layernya.",
        "The content of the ZIP unpacks to more than {limit_mb} MB. Simplify or split the layer.",
    ),
    "zip_ratio": _error(
        "{member!r} mengembang {ratio} kali dari ukurannya dalam ZIP; berkas peta tidak begitu. Kirim berkas aslinya.",
        "{member!r} unpacks to {ratio} times its size in the ZIP; no map file does. Send the original file.",
    ),
    "zip_overlap": _error(
        "Bagian-bagian ZIP saling bertindih ({member!r}). Buat ulang ZIP dengan program lain.",
        "Parts of the ZIP overlap ({member!r}). Make the ZIP again with another program.",
    ),
    "zip_duplicate_member": _error(
        "ZIP memuat {member!r} dua kali. Buat ulang ZIP dengan satu berkas untuk setiap nama.",
        "The ZIP holds {member!r} twice. Make the ZIP again with one file for each name.",
    ),
    "zip_size_lies": _error(
        "Ukuran {member!r} yang tercatat dalam ZIP tidak sama dengan isinya. Buat ulang ZIP.",
        "The size that the ZIP records for {member!r} is not the size of its content. Make the ZIP again.",
    ),
    "members_ignored": _info(
        "Bagian lain dari berkas tidak dibaca: {members}.",
        "Other parts of the file were not read: {members}.",
    ),
    "several_layers": _error(
        "Berkas berisi beberapa layer: {layers}. Sebutkan satu dengan parameter layer, atau kirim satu per satu.",
        "The file holds several layers: {layers}. Name one with the parameter layer, or send them one by one.",
    ),
    "layer_unknown": _error(
        "Layer {layer!r} tidak ada dalam berkas. Yang ada: {layers}.",
        "There is no layer {layer!r} in the file. It holds: {layers}.",
    ),
}

_SHAPEFILE = {
    "shapefile_part_missing": _error(
        "Berkas {part} dari Shapefile {name!r} tidak ada dalam ZIP. Sertakan .shp, .shx, .dbf dan .prj bersama-sama.",
        "The {part} file of the Shapefile {name!r} is not in the ZIP. Put .shp, .shx, .dbf and .prj in together.",
    ),
    "shapefile_damaged": _error(
        "Berkas {part} terpotong atau rusak: {reason}. Salin ulang atau ekspor ulang Shapefile.",
        "The {part} file is cut off or damaged: {reason}. Copy or export the Shapefile again.",
    ),
    "rows_deleted": _info(
        "{count} baris bertanda terhapus di .dbf dan tidak dibaca. Jika masih diperlukan, pulihkan lalu kirim lagi.",
        "{count} rows are marked as deleted in the .dbf and were not read. If you need them, restore them and send again.",
    ),
    "encoding_chosen": _info(
        "Teks dibaca sebagai {encoding} ({why}). Jika huruf tampak keliru, kirim lagi dengan parameter encoding.",
        "Text was read as {encoding} ({why}). If letters look wrong, send again with the parameter encoding.",
    ),
    "encoding_declared_wrong": _warning(
        "Berkas .cpg menyebut {declared}, tetapi teksnya tidak dapat dibaca begitu; dibaca sebagai {encoding}. Periksa huruf khusus.",
        "The .cpg file says {declared}, but the text cannot be read so; it was read as {encoding}. Check the special letters.",
    ),
    "encoding_unknown": _error(
        "Teks tidak dapat dibaca sebagai {tried}. Sebutkan pengodean yang benar dengan parameter encoding.",
        "The text cannot be read as {tried}. Name the right one with the parameter encoding.",
    ),
    "text_cut": _warning(
        "teks di kolom {column!r} terpotong di tengah huruf (batas lebar DBF): {text!r}. Kirim sebagai GeoPackage agar utuh.",
        "the text in column {column!r} is cut inside a letter (the width limit of DBF): {text!r}. Send a GeoPackage to keep it whole.",
    ),
}

_GEOJSON = {
    "json_invalid": _error(
        "GeoJSON tidak sah di baris {line}, kolom {column}: {reason}. Ekspor ulang berkasnya.",
        "The GeoJSON is not valid at line {line}, column {column}: {reason}. Export the file again.",
    ),
    "json_not_utf8": _error(
        "GeoJSON harus UTF-8; bita ke-{position} tidak sah. Simpan ulang sebagai UTF-8.",
        "GeoJSON must be UTF-8; byte {position} is not. Save it again as UTF-8.",
    ),
    "json_too_deep": _error(
        "GeoJSON bersarang lebih dari {limit} tingkat. Ekspor ulang sebagai FeatureCollection biasa.",
        "The GeoJSON nests more than {limit} levels. Export it again as a plain FeatureCollection.",
    ),
    "json_duplicate_key": _error(
        "Nama {name!r} muncul dua kali dalam satu objek, sehingga satu nilainya akan hilang. Ganti salah satu nama kolom.",
        "The name {name!r} occurs twice in one object, so one of its values would be lost. Rename one of the columns.",
    ),
    "json_number": _error(
        "Nilai {token} bukan angka JSON. Kosongkan (null) atau isi angka yang benar.",
        "The value {token} is not a JSON number. Leave it empty (null) or write the right number.",
    ),
    "json_surrogate": _error(
        "Ada huruf yang rusak (surrogate tunggal) dalam teks {text!r}. Ketik ulang teks itu.",
        "There is a broken letter (lone surrogate) in the text {text!r}. Type that text again.",
    ),
    "crs_link": _error(
        "CRS ditulis sebagai tautan, dan tautan tidak pernah diikuti. Hapus anggota crs, atau sebut namanya, misalnya urn:ogc:def:crs:EPSG::32750.",
        "The CRS is given as a link, and links are never followed. Remove the crs member, or name it, for example urn:ogc:def:crs:EPSG::32750.",
    ),
    "geojson_structure": _error(
        "Susunan GeoJSON tidak sah: {reason}. Ekspor ulang sebagai FeatureCollection.",
        "The structure of the GeoJSON is not valid: {reason}. Export it again as a FeatureCollection.",
    ),
}

_GEOPACKAGE = {
    "gpkg_damaged": _error(
        "GeoPackage rusak: {reason}. Ekspor ulang layer ke GeoPackage baru.",
        "The GeoPackage is damaged: {reason}. Export the layer to a new GeoPackage.",
    ),
    "gpkg_view": _error(
        "GeoPackage berisi view {name!r}; view tidak dijalankan. Ekspor layer ke GeoPackage baru sebagai tabel biasa.",
        "The GeoPackage holds the view {name!r}; views are not run. Export the layer to a new GeoPackage as a plain table.",
    ),
    "gpkg_trigger": _error(
        "GeoPackage berisi trigger {name!r} yang bukan bagian standar. Ekspor layer ke GeoPackage baru.",
        "The GeoPackage holds the trigger {name!r}, which is no part of the standard. Export the layer to a new GeoPackage.",
    ),
    "gpkg_table": _error(
        "Tabel {name!r} dalam GeoPackage adalah {what}, bukan tabel biasa. Ekspor layer ke GeoPackage baru.",
        "The table {name!r} in the GeoPackage is {what}, not a plain table. Export the layer to a new GeoPackage.",
    ),
    "gpkg_no_layer": _error(
        "GeoPackage tidak berisi layer fitur. Ekspor layer vektor ke dalamnya.",
        "The GeoPackage holds no feature layer. Export a vector layer into it.",
    ),
    "gpkg_text": _error(
        "teks di kolom {column!r} bukan UTF-8. Perbaiki pengodean layer sumber, lalu ekspor ulang.",
        "the text in column {column!r} is not UTF-8. Mend the encoding of the source layer and export it again.",
    ),
    "gpkg_journal": _warning(
        "GeoPackage masih dalam mode WAL, seperti saat terbuka di QGIS; suntingan terakhir mungkin belum ikut. Tutup proyek, lalu bandingkan jumlah fitur.",
        "The GeoPackage is still in WAL mode, as while it is open in QGIS; the last edits may not be in it. Close the project, then compare the number of features.",
    ),
}

_READER = {
    "reader_timeout": _error(
        "Pembacaan dihentikan setelah {seconds} detik, saat {step}. Sederhanakan bagian itu atau bagi layernya.",
        "Reading was stopped after {seconds} seconds, while {step}. Simplify that part or split the layer.",
    ),
    "reader_memory": _error(
        "Berkas memerlukan lebih dari {limit_mb} MB memori, saat {step}. Sederhanakan atau bagi layernya.",
        "The file needs more than {limit_mb} MB of memory, while {step}. Simplify or split the layer.",
    ),
    "reader_crashed": _error(
        "Pembaca berkas berhenti mendadak ({reason}), saat {step}. Berkas mungkin rusak; ekspor ulang.",
        "The file reader died ({reason}), while {step}. The file may be damaged; export it again.",
    ),
    "reader_failed": _error(
        "Berkas tidak dapat dibaca ({reason}), saat {step}. Ekspor ulang berkasnya.",
        "The file cannot be read ({reason}), while {step}. Export the file again.",
    ),
    "gdal_message": _warning(
        "Pembaca peta memberi peringatan: {message}. Periksa bagian itu.",
        "The map reader warns: {message}. Check that part.",
    ),
    "count_mismatch": _error(
        "Jumlah fitur tidak cocok: {header} menurut kepala berkas, {rows} baris terbaca, {geometries} bergeometri. Ekspor ulang agar tidak ada yang hilang.",
        "The feature counts differ: {header} by the file's header, {rows} rows read, {geometries} with geometry. Export again so that nothing is lost.",
    ),
    "empty_layer": _error(
        "Layer tidak berisi fitur. Kirim berkas yang berisi.",
        "The layer holds no feature. Send a file that does.",
    ),
    "too_many_features": _error(
        "Layer berisi {count} fitur; batasnya {limit}. Bagi layernya.",
        "The layer holds {count} features; the limit is {limit}. Split the layer.",
    ),
    "too_many_columns": _error(
        "Tabel berisi {count} kolom; batasnya {limit}. Hapus kolom yang tidak diperlukan.",
        "The table holds {count} columns; the limit is {limit}. Delete the columns that are not needed.",
    ),
    "too_many_vertices": _error(
        "memiliki {count} titik sudut; batas untuk {subject} {limit}. Sederhanakan garisnya.",
        "has {count} vertices; the limit for {subject} is {limit}. Simplify its outline.",
    ),
    "too_many_vertices_in_all": _error(
        "Layer memiliki {count} titik sudut; batasnya {limit}. Sederhanakan atau bagi layernya.",
        "The layer has {count} vertices; the limit is {limit}. Simplify or split the layer.",
    ),
}

_CRS = {
    "crs_missing": _error(
        "Berkas tidak menyebut sistem koordinatnya (CRS). Sertakan .prj, atau nyatakan dengan parameter crs, misalnya EPSG:32750.",
        "The file does not say its coordinate reference system (CRS). Add its .prj, or state it with the parameter crs, for example EPSG:32750.",
    ),
    "crs_unknown": _error(
        "CRS {value!r} tidak dikenal. Nyatakan kode EPSG dengan parameter crs, misalnya EPSG:32750.",
        "The CRS {value!r} is not known. State an EPSG code with the parameter crs, for example EPSG:32750.",
    ),
    "crs_assumed": _info(
        "GeoJSON tidak menyebut CRS; dibaca sebagai bujur dan lintang WGS 84 (RFC 7946).",
        "The GeoJSON names no CRS; it was read as WGS 84 longitude and latitude (RFC 7946).",
    ),
    "crs_overridden": _warning(
        "CRS {used} dipakai atas permintaan; berkas menyebut {declared}. Periksa letak fitur di peta.",
        "The CRS {used} was used as asked; the file says {declared}. Check where the features lie on the map.",
    ),
    "crs_without_code": _warning(
        "CRS {name!r} terbaca tetapi tidak berkode EPSG. Lebih baik simpan ulang dalam EPSG:32750 atau EPSG:9490.",
        "The CRS {name!r} was read but has no EPSG code. Better save the file again in EPSG:32750 or EPSG:9490.",
    ),
    "crs_area_of_use": _warning(
        "Sebagian fitur berada di luar wilayah pakai {crs} ({area}). Pakai zona yang sesuai, misalnya EPSG:32750.",
        "Some features lie outside the area of use of {crs} ({area}). Use the zone that fits, for example EPSG:32750.",
    ),
    "coordinates_impossible": _error(
        "Koordinat tidak mungkin dalam {crs}: {bounds}. {hint}",
        "The coordinates are impossible in {crs}: {bounds}. {hint}",
    ),
    "outside_region": _error(
        "Semua fitur jatuh di luar wilayah kerja ({bounds}, dibaca sebagai {crs}). {hint}",
        "All features fall outside the working region ({bounds}, read as {crs}). {hint}",
    ),
    "feature_outside_region": _error(
        "berada di luar wilayah kerja, di {lon}, {lat}. Periksa koordinatnya.",
        "lies outside the working region, at {lon}, {lat}. Check its coordinates.",
    ),
    "feature_partly_outside": _warning(
        "{percent}% luasnya berada di luar wilayah kerja. Periksa batasnya.",
        "{percent}% of its area lies outside the working region. Check its outline.",
    ),
}

_FIELDS = {
    "field_missing": _error(
        "Kolom wajib {field!r} ({title}) tidak ada. Beri nama salah satu dari {accepted}. Kolom dalam berkas: {columns}.",
        "The required column {field!r} ({title}) is missing. Name it one of {accepted}. Columns in the file: {columns}.",
    ),
    "field_ambiguous": _error(
        "Kolom {columns} sama-sama dapat berarti {field!r}, dan isinya berbeda. Sisakan satu, atau beri nama {field!r}.",
        "The columns {columns} could each be {field!r}, and their content differs. Keep one, or name it {field!r}.",
    ),
    "column_kept": _info(
        "Kolom di luar skema disimpan apa adanya: {columns}.",
        "Columns outside the schema are kept as they are: {columns}.",
    ),
    "column_renamed": _info(
        "Kolom {column!r} disimpan sebagai {name!r}, karena nama itu sudah terpakai.",
        "The column {column!r} is kept as {name!r}, because that name is taken.",
    ),
    "column_repeats_key": _info(
        "Kolom {column!r} sama dengan {key!r} dan tidak disimpan dua kali.",
        "The column {column!r} is the same as {key!r} and is not kept twice.",
    ),
    "column_left_out": _warning(
        "Kolom {column!r} berisi {what} dan tidak dapat disimpan. Simpan datanya di tempat lain bila perlu.",
        "The column {column!r} holds {what} and cannot be kept. Keep its data elsewhere if you need them.",
    ),
    "value_missing": _error(
        "kolom wajib {column!r} kosong. Isi nilainya.",
        "the required column {column!r} is empty. Fill it in.",
    ),
    "value_pattern": _error(
        "nilai {value!r} di kolom {column!r} tidak sesuai dengan pola {pattern!r}. {hint}",
        "the value {value!r} in column {column!r} does not fit the pattern {pattern!r}. {hint}",
    ),
    "text_too_long": _error(
        "teks di kolom {column!r} panjangnya {length} huruf; batasnya {limit}. Ringkas teks itu.",
        "the text in column {column!r} is {length} characters long; the limit is {limit}. Shorten it.",
    ),
    "control_character": _error(
        "teks di kolom {column!r} berisi huruf kendali (U+{point}). Ketik ulang teks itu.",
        "the text in column {column!r} holds a control character (U+{point}). Type that text again.",
    ),
    "number_reformatted": _info(
        "Angka di kolom {column!r} ditulis dengan tanda Indonesia atau satuan dan dibaca begini: {examples}.",
        "Numbers in column {column!r} are written with other separators or a unit and were read so: {examples}.",
    ),
    "number_ambiguous": _error(
        "angka {value!r} di kolom {column!r} dapat berarti {readings}. Simpan kolom sebagai bilangan, atau tulis desimalnya lengkap.",
        "the number {value!r} in column {column!r} could mean {readings}. Store the column as numbers, or write out the decimals.",
    ),
    "number_invalid": _error(
        "nilai {value!r} di kolom {column!r} bukan {what}. Perbaiki atau kosongkan.",
        "the value {value!r} in column {column!r} is not {what}. Correct it or leave it empty.",
    ),
    "key_duplicate": _error(
        "kunci {value!r} juga dipakai baris {rows}. Setiap fitur perlu kunci sendiri di kolom {column!r}.",
        "the key {value!r} is also that of row {rows}. Every feature needs a key of its own in column {column!r}.",
    ),
}

_CODES = {
    "code_as_number": _error(
        "Kolom kode {column!r} disimpan sebagai angka ({examples}), sehingga 63.1 dan 63.10 tidak dapat dibedakan. Simpan kolom itu sebagai teks.",
        "The code column {column!r} is stored as numbers ({examples}), so 63.1 and 63.10 cannot be told apart. Store that column as text.",
    ),
    "code_ambiguous": _error(
        "kode {value!r} di kolom {column!r} kehilangan angka nol: bisa berarti {candidates}. Tulis kode lengkap sebagai teks.",
        "the code {value!r} in column {column!r} has lost a zero: it could be {candidates}. Write the whole code as text.",
    ),
    "code_invalid": _error(
        "{value!r} di kolom {column!r} bukan kode wilayah. Tulis kode Kemendagri seperti '63.01'.",
        "{value!r} in column {column!r} is not a region code. Write a Kemendagri code such as '63.01'.",
    ),
    "code_rewritten": _info(
        "Kode di kolom {column!r} ditulis ulang ke bentuk Kemendagri: {examples}.",
        "Codes in column {column!r} were rewritten to the Kemendagri form: {examples}.",
    ),
    "code_unknown": _error(
        "kode {value!r} di kolom {column!r} tidak ada di wilayah ini. {hint}Yang ada: {known}.",
        "the code {value!r} in column {column!r} does not exist in this region. {hint}There are: {known}.",
    ),
    "code_parent_disagrees": _error(
        "kode {value!r} bukan bagian dari kabupaten {parent!r} yang disebut. Perbaiki salah satunya.",
        "the code {value!r} is no part of the regency {parent!r} that is stated. Correct one of them.",
    ),
    "name_disagrees": _error(
        "kode {code!r} adalah {official}, tetapi kolom {column!r} menyebut {name!r} ({named_code}). Perbaiki kode atau namanya.",
        "the code {code!r} is {official}, but column {column!r} says {name!r} ({named_code}). Correct the code or the name.",
    ),
    "name_unknown": _warning(
        "nama {name!r} di kolom {column!r} bukan nama {official} (kode {code}). Periksa ejaannya.",
        "the name {name!r} in column {column!r} is not a name of {official} (code {code}). Check its spelling.",
    ),
    "location_disagrees": _error(
        "kodenya menunjuk {claimed_name} ({claimed}), tetapi {percent}% poligonnya berada di {actual_name} ({actual}). Perbaiki kode atau tukar poligonnya.",
        "its code says {claimed_name} ({claimed}), but {percent}% of its shape lies in {actual_name} ({actual}). Correct the code or swap the shape.",
    ),
    "location_mostly_elsewhere": _warning(
        "hanya {percent}% luasnya berada di {claimed_name} ({claimed}); bagian terbesar di {actual_name} ({actual}). Periksa kode kabupatennya.",
        "only {percent}% of its area lies in {claimed_name} ({claimed}); most is in {actual_name} ({actual}). Check its regency code.",
    ),
}

_GEOMETRY = {
    "geometry_missing": _error(
        "tidak memiliki geometri. Gambar geometrinya, atau hapus barisnya.",
        "has no geometry. Draw it, or delete the row.",
    ),
    "geometry_empty": _error(
        "geometrinya kosong. Gambar ulang, atau hapus barisnya.",
        "its geometry is empty. Draw it again, or delete the row.",
    ),
    "geometry_damaged": _error(
        "geometrinya tidak terbaca: {reason}. Gambar ulang atau ekspor ulang fitur ini.",
        "its geometry cannot be read: {reason}. Draw or export this feature again.",
    ),
    "geometry_type": _error(
        "bergeometri {found}; layer ini menerima {accepted}. Ubah jenis geometrinya.",
        "is a {found}; this layer takes {accepted}. Change its geometry type.",
    ),
    "coordinate_not_finite": _error(
        "memiliki koordinat yang bukan bilangan (NaN atau tak hingga). Perbaiki titik sudutnya.",
        "has a coordinate that is no number (NaN or infinite). Correct its vertices.",
    ),
    "geometry_invalid": _error(
        "poligon tidak sah: {reason} di {lon}, {lat} (bujur, lintang). Perbaiki di program GIS, atau kirim lagi dengan repair=true.",
        "its polygon is not valid: {reason} at {lon}, {lat} (lon, lat). Mend it in your GIS program, or send again with repair=true.",
    ),
    "geometry_repaired": _warning(
        "poligon diperbaiki ({reason} di {lon}, {lat}); luas {before_ha} ha menjadi {after_ha} ha. Periksa hasilnya di peta.",
        "its polygon was repaired ({reason} at {lon}, {lat}); {before_ha} ha became {after_ha} ha. Check the result on the map.",
    ),
    "geometry_repair_failed": _error(
        "poligon tidak sah ({reason}) dan tidak dapat diperbaiki otomatis. Gambar ulang.",
        "its polygon is not valid ({reason}) and cannot be repaired automatically. Draw it again.",
    ),
    "z_dropped": _info(
        "Ketinggian (Z) atau ukuran (M) pada {count} fitur tidak disimpan; layer ini dua dimensi.",
        "Heights (Z) or measures (M) of {count} features are not kept; this layer has two dimensions.",
    ),
    "geometry_duplicate": _warning(
        "geometrinya sama persis dengan baris {rows}. Hapus salah satu bila keliru.",
        "its geometry is the same as that of row {rows}. Delete one if that is a mistake.",
    ),
    "area_disagrees": _warning(
        "luas {stated_ha} ha di kolom {column!r} berbeda {percent}% dari luas geometrinya, {measured_ha} ha. Periksa satuan, tanda desimal dan batasnya.",
        "the area of {stated_ha} ha in column {column!r} differs by {percent}% from that of its geometry, {measured_ha} ha. Check the unit, the decimal sign and the outline.",
    ),
    "coverage_overlap": _error(
        "Fitur {left} dan {right} bertindih seluas {area_ha} ha di dekat {lon}, {lat}. Rapikan batas bersamanya.",
        "The features {left} and {right} overlap by {area_ha} ha near {lon}, {lat}. Mend their common border.",
    ),
    "coverage_gap": _warning(
        "Ada celah {area_ha} ha, selebar {width_m} m, di antara {neighbours} di {lon}, {lat}. Tutup bila bukan danau atau selat.",
        "There is a gap of {area_ha} ha, {width_m} m wide, between {neighbours} at {lon}, {lat}. Close it unless it is a lake or strait.",
    ),
    "coverage_edges": _warning(
        "Batas bersama {key} sepanjang {length_m} m tidak memakai titik sudut yang sama dengan tetangganya. Pakai snapping.",
        "Along {length_m} m the border of {key} does not have the same vertices as its neighbour. Use snapping.",
    ),
    "features_removed": _warning(
        "{count} fitur versi terbit tidak ada dalam berkas ini dan akan hilang dari layer: {keys}. Pastikan memang dihapus.",
        "{count} features of the published version are not in this file and will leave the layer: {keys}. Make sure that they are meant to go.",
    ),
}

TEXTS: dict[str, tuple[_Severity, Text]] = {
    **_ARCHIVE,
    **_SHAPEFILE,
    **_GEOJSON,
    **_GEOPACKAGE,
    **_READER,
    **_CRS,
    **_FIELDS,
    **_CODES,
    **_GEOMETRY,
}
