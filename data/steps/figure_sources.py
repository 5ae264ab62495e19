"""Who published a figure, by which survey, and the copy through which it reached us.

The collected tables name both in one text. A planner cites the producer ("BPS Kalsel, Sakernas
Agustus 2025"); the way that a copy took stands beside it.
"""

import re
from collections.abc import Mapping

# By the first pattern that a figure's indicator matches; {period} and {year} are the figure's own.
PRODUCERS: Mapping[str, str] = {
    r"(tpt|tpak|angkatan_kerja|bekerja|penganggur|penduduk_usia_kerja|share_bekerja)_.*": (
        "BPS Kalsel, Sakernas {period}"
    ),
    r"(p0_|garis_kemiskinan|penduduk_miskin).*|gini": "BPS Kalsel, Susenas {period}",
    r"air_minum_layak|sanitasi_layak|rls_15plus|pengeluaran_.*": "BPS, Susenas {year}",
    r"ipm_.*|hls|rls_25plus|uhh_.*": "BPS Kalsel, IPM {year}",
    r"pdrb_adhk_pengeluaran": "BPS, PDRB menurut pengeluaran {year}",
    r"pdrb_lq_.*": "BPS, PDRB menurut lapangan usaha {year}; LQ dihitung penyalin",
    r"pdrb_.*|pertumbuhan_ekonomi": "BPS Kalsel, PDRB menurut lapangan usaha {year}",
    r"penduduk_dukcapil_.*": "Ditjen Dukcapil Kemendagri (Kepmendagri 300.2.2-2138/2025)",
    r"penduduk_databoks": "BPS, jumlah penduduk {year}",
    r"jumlah_(desa|kelurahan|kecamatan)": "Kemendagri, kode wilayah (Kepmendagri 300.2.2-2138/2025)",
    r"luas_wilayah_km2": "BIG, luas wilayah 2024 (Kepmendagri 300.2.2-2138/2025)",
    r"umk|ump": "Gubernur Kalimantan Selatan, upah minimum {year}",
    r"apbd_.*": "DJPK Kemenkeu, APBD {year}",
    r"padi_.*": "BPS, Kerangka Sampel Area {year}",
    r"air_pdam_.*": "BPS, Statistik Air Bersih {year}",
    r"ipk_.*": "Kemnaker, Indeks Pembangunan Ketenagakerjaan {year}",
    r"idm_.*": "Kemendesa, Indeks Desa Membangun {year}",
    r"ikd_.*": "BNPB, Indeks Ketahanan Daerah {year}",
    r"irb_.*": "BNPB, Indeks Risiko Bencana Indonesia {year}",
    r"(kerugian|jiwa_terdampak|kk_terdampak)_bencana|banjir2026_(jiwa|kk|desa|kecamatan)_terdampak": (
        "Dinas Sosial Kalsel, {period}"
    ),
    r"banjir2021_.*": "BPBD Kalsel dan BNPB, {period}",
    r"banjir2026_.*|(jiwa|kk)_terdampak_banjir|jiwa_mengungsi|(rumah|lahan)_terendam": "BPBD, {period}",
    r"desa_blankspot": "Diskominfo, {year}",
    r"desa_(ber|belum_ber)listrik_pln": "PLN, {year}",
    r"gambut_.*|kubah_gambut_.*": "TRGD Kalsel, {period}",
    r"hutan_.*|kawasan_hutan_.*|suaka_.*": "{decree}",
    r"jalan_.*": "Dinas pekerjaan umum dan BPS, {year}",
    r"lahan_kering_ha|sawah_.*": "Dinas pertanian kabupaten, {year}",
    r"lereng_.*": "Pemerintah kabupaten/kota, {year}",
    r".*bpjs.*": "BPJS Ketenagakerjaan, {period}",
    r"job_fair_.*|peserta_magang|paket_pelatihan_.*": "Disnakertrans Kalsel, {year}",
    r"penerima_prakerja_.*": "Program Kartu Prakerja, sampai {year}",
}

# What stands for the year of a forest estate.
_DECREES = {"2009": "SK Menhut 435/Menhut-II/2009", "2015": "Perda RTRWP Kalsel 9/2015"}

# What the collected table calls its sources, and the copy as a planner reads it.
COPIES: Mapping[str, str] = {
    r"BPS WebAPI .*ped-kalsel-dashboard (\S+)( \(.*\))?": (
        r"WebAPI BPS, salinan GitHub locitaresmi/ped-kalsel-dashboard, \1\2"
    ),
    r"Klasifikasi Tingkat Kemiskinan .*": (
        "Panel BPS 2021, salinan GitHub AushafaNurrisa/deploy-kemiskinan-indonesia"
    ),
    r"Counted from .*": "hitungan dari GitHub cahyadsn/wilayah, wilayah.sql",
    r"Kepmendagri .* via (GitHub .*)": r"\1",
    r"Databoks.*": "Databoks Katadata",
    r"BPS Tanah Laut press release .*": "siaran pers BPS Tanah Laut",
    r"Diskominfo Kalsel - .*": "situs Diskominfo Kalsel",
    r"Satu Data Kota Banjarmasin .*": "Satu Data Kota Banjarmasin",
    r"Bapperida Tabalong .*": "kajian Bapperida Tabalong",
    r"portalwarta\.com .*": "portalwarta.com dan propublika.id",
    r"Banjarmasin Post copy .*": "Banjarmasin Post, salinan obnews.co",
    r"(\S+|ANTARA Kalsel) - .*": r"\1",
}


def producer(indicator: str, *, period: str, year: str) -> str:
    """The producer and the survey of a figure; `LookupError` for an indicator of no known one.

    Examples
    --------
    >>> producer("tpt_agustus", period="Agustus 2025", year="2025")
    'BPS Kalsel, Sakernas Agustus 2025'
    """
    for pattern, words in PRODUCERS.items():
        if re.fullmatch(pattern, indicator):
            return words.format(period=period, year=year, decree=_DECREES.get(year, ""))
    raise LookupError(indicator)


def copy_of(title: str) -> str:
    """The copy that a collected table's source names; `LookupError` for one that is not known."""
    for pattern, words in COPIES.items():
        if found := re.fullmatch(pattern, title):
            return found.expand(words).strip()
    raise LookupError(title)
