"""Pure. The notes of the shipped figures in both languages.

A figure's note is data, in the language of its table: Indonesian. Those of the shipped table are few
and known, so an English reader gets them in English; an office's own stand as they were written.
"""

from geo.language import Text

_SHIPPED = (
    Text(id="Harga konstan 2010.", en="Constant prices of 2010."),
    Text(
        id="Harga konstan 2010; jumlah 17 sektor.", en="Constant prices of 2010; sum of 17 sectors."
    ),
    Text(id="Harga berlaku.", en="Current prices."),
    Text(
        id="Seri UHH SP2020 LF; jangan dicampur dengan IPM seri lama.",
        en="Life expectancy after SP2020 LF; not to be mixed with the older series.",
    ),
    Text(
        id="Seri UHH lama; jangan dicampur dengan seri UHH SP2020 LF.",
        en="Older series of life expectancy; not to be mixed with the SP2020 long-form series.",
    ),
    Text(id="Seri lama.", en="Older series."),
    Text(
        id="Kepmendagri 300.2.2-2138/2025; tanggal registrasi tidak disebut sumber.",
        en="Kepmendagri 300.2.2-2138/2025; the source names no date of registration.",
    ),
    Text(
        id="Surat BIG B-16.10/DIGD-BIG/IGD.04.04/12/2024.",
        en="Letter of BIG B-16.10/DIGD-BIG/IGD.04.04/12/2024.",
    ),
    Text(
        id="Kepala kolom sumber menulis Rupiah; dibaca juta rupiah karena cocok dengan jumlah 17 sektor.",
        en="The source's column says rupiah; read as million rupiah, for that agrees with the sum of 17 sectors.",
    ),
    Text(
        id="Tidak menetapkan UMK sendiri; mengikuti UMP.",
        en="Sets no minimum wage of its own; follows the province's (UMP).",
    ),
    Text(id="UMK ditetapkan sendiri.", en="Sets a minimum wage of its own."),
    Text(id="Dibulatkan ke puluhan oleh sumber.", en="Rounded to tens by the source."),
    Text(
        id="Dicetak sumber dalam juta dengan dua desimal.",
        en="Printed by the source in millions with two decimals.",
    ),
    Text(
        id="Turunan: 3,73 (September) ditambah penurunan 0,11 poin yang disebut sumber.",
        en="Derived: 3.73 (September) plus the fall of 0.11 points that the source names.",
    ),
    Text(
        id="Keyakinan rendah: situs pengumpul berita, tidak dicocokkan dengan BPS.",
        en="Low confidence: a site that collects news, not compared with BPS.",
    ),
    Text(
        id="Tidak cocok dengan sumbernya sendiri: 3,41% dari 351.327 jiwa kira-kira 11.980.",
        en="Disagrees with its own source: 3.41% of 351,327 people are about 11,980.",
    ),
)
_BY_NOTE = {text.id: text for text in _SHIPPED}


def note_text(note: str) -> Text:
    """A figure's note in both languages where it is a shipped one, else as it was written.

    Examples
    --------
    >>> note_text("Harga konstan 2010.").en, note_text("Diukur ulang.").en
    ('Constant prices of 2010.', 'Diukur ulang.')
    """
    return _BY_NOTE.get(note, Text(id=note, en=note))
