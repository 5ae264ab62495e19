"""Pure. What the shipped zones say of their outlines and their status, in both languages.

Both are data, in the language of their layer: Indonesian. Those of the shipped zones are few and
known, so an English reader gets them in English; an office's own stand as they were written.
"""

from geo.language import Text

_OUTLINES = (
    Text(
        id="Persegi dari batas yang dicetak sumber, 3°41'55\"-3°43'55\" LS dan 115°34'24\"-115°38'30\" BT; batas permukiman di dalam persegi itu dan luasnya tidak disebut.",
        en="Rectangle of the bounds that the source prints, 3°41'55\"-3°43'55\" S and 115°34'24\"-115°38'30\" E; the settlement's boundary inside it and its area are not named.",
    ),
    Text(
        id="Cakram seluas Desa Bahandang menurut tabel (1.748,1 ha) di sekitar titik pusat desa; permukimannya berada di dalam desa, batasnya tidak diketahui.",
        en="Disc as large as Desa Bahandang by the table (1,748.1 ha) around the desa's centre; the settlement lies inside the desa, its boundary is not known.",
    ),
    Text(
        id="Cakram seluas Desa Batu Meranti menurut tabel (2.425,1 ha) di sekitar titik pusat desa; permukimannya berada di dalam desa, batasnya tidak diketahui.",
        en="Disc as large as Desa Batu Meranti by the table (2,425.1 ha) around the desa's centre; the settlement lies inside the desa, its boundary is not known.",
    ),
    Text(
        id="Cakram seluas Desa Bekambit menurut tabel (8.279,5 ha), di dalam kabupaten, di sekitar titik pusat desa; jauh lebih luas daripada lahan transmigran yang bersertifikat.",
        en="Disc as large as Desa Bekambit by the table (8,279.5 ha), inside the regency, around the desa's centre; far larger than the transmigrants' certified land.",
    ),
    Text(
        id="Cakram seluas Desa Bekambit Asri menurut tabel (693,6 ha) di sekitar titik pusat desa; batas permukimannya tidak diketahui.",
        en="Disc as large as Desa Bekambit Asri by the table (693.6 ha) around the desa's centre; the settlement's boundary is not known.",
    ),
    Text(
        id="Cakram di sekitar titik pusat Desa Cahaya Baru, dipotong pada batas kabupaten dan diperbesar sampai luasnya 61.147,70 ha; letak dan bentuk kawasan yang sebenarnya tidak diketahui.",
        en="Disc around the centre of Desa Cahaya Baru, cut at the regency's boundary and grown to 61,147.70 ha; where the area truly lies and its shape are not known.",
    ),
    Text(
        id="Titik pusat Kecamatan Cerbon menurut tabel, karena sumber hanya menyebut UPT Cerbon di Kabupaten Barito Kuala; desanya tidak disebut.",
        en="Centre of Kecamatan Cerbon by the table, for the source names only UPT Cerbon in Kabupaten Barito Kuala and no desa.",
    ),
    Text(
        id="Titik pusat Desa Cintapuri menurut tabel; sumber menyebut UPT dan kecamatan lama, bukan desanya.",
        en="Centre of Desa Cintapuri by the table; the source names the UPT and the former kecamatan, not the desa.",
    ),
    Text(
        id="Gabungan sel perkiraan Kecamatan Batu Mandi, Lampihong dan Paringin Selatan, yang disebut sumber sebagai wilayah kawasan (79 desa di pers, lebih banyak daripada 61 desa ketiganya); batas resminya tidak diketahui.",
        en="Approximate cells of Kecamatan Batu Mandi, Lampihong and Paringin Selatan together, which the source names as the area's territory (79 desa in the press, more than the 61 desa of the three); the official boundary is not known.",
    ),
    Text(
        id="Gabungan sel perkiraan Kecamatan Pamukan Barat, Pamukan Selatan, Pamukan Utara dan Sungai Durian; kawasan berada di dalamnya dan jauh lebih kecil.",
        en="Approximate cells of Kecamatan Pamukan Barat, Pamukan Selatan, Pamukan Utara and Sungai Durian together; the area lies inside them and is far smaller.",
    ),
    Text(
        id="Titik pusat Kecamatan Sungai Loban menurut tabel, tempat kedua desa bernama Sebamban (Lama dan Baru) di kabupaten ini; batas kawasan tidak diketahui.",
        en="Centre of Kecamatan Sungai Loban by the table, where both desa named Sebamban (Lama and Baru) of this regency lie; the area's boundary is not known.",
    ),
    Text(
        id="Titik pusat Desa Sengayam (Kecamatan Pamukan Barat) menurut tabel; sumber hanya menyebut Sengayam di Kotabaru.",
        en="Centre of Desa Sengayam (Kecamatan Pamukan Barat) by the table; the source names only Sengayam in Kotabaru.",
    ),
    Text(
        id="Cakram seluas Desa Siayuh menurut tabel (10.555,1 ha), di dalam kabupaten, di sekitar titik pusat desa; permukimannya berada di dalam desa, batasnya tidak diketahui.",
        en="Disc as large as Desa Siayuh by the table (10,555.1 ha), inside the regency, around the desa's centre; the settlement lies inside the desa, its boundary is not known.",
    ),
    Text(
        id="Sel perkiraan Kecamatan Sungai Pinang; letak permukiman di dalamnya tidak diketahui.",
        en="Approximate cell of Kecamatan Sungai Pinang; where the settlement lies inside it is not known.",
    ),
    Text(
        id="Sel perkiraan: kabupaten dibagi menurut titik pusat dan luas kecamatan dalam tabel (diagram daya); bukan batas resmi.",
        en="Approximate cell: the regency is divided by the centres and areas of its kecamatan in the table (power diagram); not an official boundary.",
    ),
)
_STATUSES = (
    Text(
        id="Penempatan 2016; lokasi Ekspedisi Patriot 2025",
        en="Placement in 2016; a site of Ekspedisi Patriot 2025",
    ),
    Text(
        id="Sebagian besar ditinggalkan transmigran",
        en="Most transmigrants have left",
    ),
    Text(
        id="Dilaporkan tumpang tindih dengan kawasan hutan (2025)",
        en="Reported to overlap forest estate (2025)",
    ),
    Text(
        id="Sengketa lahan: sertifikat dibatalkan 2019, pemulihannya diumumkan Februari 2026",
        en="Land dispute: certificates revoked in 2019, their return announced in February 2026",
    ),
    Text(
        id="Kawasan prioritas nasional 2025-2029 (satu dari 45); termasuk 52 kawasan prioritas 2020-2024",
        en="National priority area 2025-2029 (one of 45); among the 52 priority areas 2020-2024",
    ),
    Text(
        id="Sebagian ditinggalkan transmigran karena banjir (2009)",
        en="Some transmigrants left because of floods (2009)",
    ),
    Text(
        id="Dibina provinsi (2022); disebut kurang berhasil; lokasi Ekspedisi Patriot 2025",
        en="Supported by the province (2022); said to have had little success; a site of Ekspedisi Patriot 2025",
    ),
    Text(
        id="Rencana; menunggu keputusan bupati (September 2025)",
        en="Planned; waits for the regent's decision (September 2025)",
    ),
    Text(id="Dibina provinsi (2022)", en="Supported by the province (2022)"),
    Text(
        id="Cadangan lahan (2014); belum ada penempatan yang diprogramkan saat itu",
        en="Land in reserve (2014); no placement was scheduled then",
    ),
    Text(
        id="Penempatan terakhir di Kotabaru (2010); diserahkan kepada pemerintah daerah 2015",
        en="The last placement in Kotabaru (2010); handed over to the local government in 2015",
    ),
)
_BY_SENTENCE = {text.id: text for text in (*_OUTLINES, *_STATUSES)}


def zone_text(sentence: str) -> Text:
    """What a zone says of itself in both languages where it is a shipped sentence, else as written.

    Examples
    --------
    >>> zone_text("Dibina provinsi (2022)").en, zone_text("Diukur ulang.").en
    ('Supported by the province (2022)', 'Diukur ulang.')
    """
    return _BY_SENTENCE.get(sentence, Text(id=sentence, en=sentence))
