"""What the demo's rewards are called, in three languages."""

from __future__ import annotations

Words = dict[str, str]


def _words(en: str, ms: str, id: str) -> Words:
    return {"en": en, "ms": ms, "id": id}


CATEGORIES: dict[str, Words] = {
    "e-vouchers": _words("E-vouchers", "E-baucar", "E-voucher"),
    "fuel": _words("Fuel", "Minyak", "Bahan bakar"),
    "food": _words("Food", "Makanan", "Makanan"),
    "gadgets": _words("Gadgets", "Gajet", "Gawai"),
    "travel": _words("Travel", "Perjalanan", "Perjalanan"),
    "give": _words("Give", "Derma", "Donasi"),
}
LABELS: dict[str, Words] = {
    "6 people": _words("6 people", "6 orang", "6 orang"),
    "2 seats": _words("2 seats", "2 tempat duduk", "2 kursi"),
}
_FUEL = _words(
    "Fuel at every PetroGo station. The code works at the pump and at the counter.",
    "Minyak di setiap stesen PetroGo. Kod boleh digunakan di pam dan di kaunter.",
    "Bahan bakar di semua SPBU PetroGo. Kode berlaku di pompa dan di kasir.",
)
_FLIGHT = _words(
    "Credit toward any Senja Air flight. Our team sends the booking code within a day.",
    "Kredit untuk mana-mana penerbangan Senja Air. Pasukan kami menghantar kod tempahan dalam sehari.",
    "Kredit untuk semua penerbangan Senja Air. Tim kami mengirim kode pemesanan dalam sehari.",
)
_GIVE = _words(
    "Your points become food and shelter for families after a flood.",
    "Mata anda menjadi makanan dan tempat berlindung bagi keluarga mangsa banjir.",
    "Poin Anda menjadi makanan dan tempat berteduh bagi keluarga korban banjir.",
)
WORDS: dict[str, tuple[Words, Words]] = {
    "pasar-mega": (
        _words("Pasar Mega e-voucher", "E-baucar Pasar Mega", "E-voucher Pasar Mega"),
        _words(
            "Groceries at 84 stores across Malaysia. Code arrives in this app.",
            "Barangan dapur di 84 kedai di seluruh Malaysia. Kod tiba dalam aplikasi ini.",
            "Belanja di 84 toko di seluruh Malaysia. Kode tiba di aplikasi ini.",
        ),
    ),
    "petrogo-fuel-30": (_words("PetroGo fuel credit", "Kredit minyak PetroGo", "Kredit PetroGo"), _FUEL),
    "petrogo-fuel-100": (
        _words("PetroGo full tank", "Tangki penuh PetroGo", "PetroGo tangki penuh"),
        _FUEL,
    ),
    "kopi-tiga-team": (
        _words("Kopi Tiga for the team", "Kopi Tiga untuk pasukan", "Kopi Tiga untuk tim"),
        _words(
            "Coffee for the whole team, in one code, at any Kopi Tiga.",
            "Kopi untuk seluruh pasukan, dengan satu kod, di mana-mana Kopi Tiga.",
            "Kopi untuk seluruh tim, dengan satu kode, di semua Kopi Tiga.",
        ),
    ),
    "nasi-co-dinner": (
        _words(
            "Nasi & Co dinner for two", "Makan malam berdua di Nasi & Co", "Makan malam berdua di Nasi & Co"
        ),
        _words(
            "Two mains, two drinks and one dessert to share, any evening.",
            "Dua hidangan utama, dua minuman dan satu pencuci mulut, pada mana-mana malam.",
            "Dua hidangan utama, dua minuman dan satu pencuci mulut, malam apa pun.",
        ),
    ),
    "nasi-co-lunch": (
        _words("Nasi & Co set lunch", "Set makan tengah hari Nasi & Co", "Paket makan siang Nasi & Co"),
        _words(
            "One set lunch with a drink, on weekdays.",
            "Satu set makan tengah hari dengan minuman, pada hari bekerja.",
            "Satu paket makan siang dengan minuman, di hari kerja.",
        ),
    ),
    "lapis-earbuds": (
        _words("Lapis wireless earbuds", "Fon telinga tanpa wayar Lapis", "Earbud nirkabel Lapis"),
        _words(
            "Thirty hours of sound and calls that people understand. Sent to your office.",
            "Tiga puluh jam audio dan panggilan yang jelas. Dihantar ke pejabat anda.",
            "Tiga puluh jam audio dan panggilan yang jernih. Dikirim ke kantor Anda.",
        ),
    ),
    "lapis-speaker": (
        _words("Lapis travel speaker", "Pembesar suara kembara Lapis", "Speaker jinjing Lapis"),
        _words(
            "Small, loud and safe in the rain. Sent to your office.",
            "Kecil, lantang dan tahan hujan. Dihantar ke pejabat anda.",
            "Kecil, lantang dan tahan hujan. Dikirim ke kantor Anda.",
        ),
    ),
    "senja-air-flight": (
        _words("Senja Air flight credit", "Kredit penerbangan Senja Air", "Kredit penerbangan Senja Air"),
        _FLIGHT,
    ),
    "senja-air-lounge": (
        _words("Senja Air lounge pass", "Pas ruang menunggu Senja Air", "Tiket lounge Senja Air"),
        _words(
            "Three hours in the lounge before a flight, for one person.",
            "Tiga jam di ruang menunggu sebelum penerbangan, untuk seorang.",
            "Tiga jam di lounge sebelum terbang, untuk satu orang.",
        ),
    ),
    "tabung-kasih": (
        _words("Tabung Kasih flood relief", "Bantuan banjir Tabung Kasih", "Bantuan banjir Tabung Kasih"),
        _GIVE,
    ),
    "pasar-mega-family": (
        _words("Pasar Mega family basket", "Bakul keluarga Pasar Mega", "Keranjang keluarga Pasar Mega"),
        _words(
            "A full trolley for the family, at 84 stores across Malaysia.",
            "Troli penuh untuk keluarga, di 84 kedai di seluruh Malaysia.",
            "Troli penuh untuk keluarga, di 84 toko di seluruh Malaysia.",
        ),
    ),
    "team-lunch": (
        _words("Team lunch, delivered", "Makan tengah hari pasukan, dihantar", "Makan siang tim, diantar"),
        _words(
            "Lunch for six at your office. We call to agree on the day.",
            "Makan tengah hari untuk enam orang di pejabat anda. Kami menelefon untuk menetapkan hari.",
            "Makan siang untuk enam orang di kantor Anda. Kami menelepon untuk menyepakati harinya.",
        ),
    ),
    "kopi-tiga-card": (
        _words("Kopi Tiga card", "Kad Kopi Tiga", "Kartu Kopi Tiga"),
        _words(
            "A card for two good coffees at any Kopi Tiga.",
            "Kad untuk dua cawan kopi di mana-mana Kopi Tiga.",
            "Kartu untuk dua cangkir kopi di semua Kopi Tiga.",
        ),
    ),
    "layar-cinema": (
        _words("Layar cinema tickets", "Tiket wayang Layar", "Tiket bioskop Layar"),
        _words(
            "Two seats for any film, any day.",
            "Dua tempat duduk untuk mana-mana filem, pada mana-mana hari.",
            "Dua kursi untuk film apa pun, hari apa pun.",
        ),
    ),
    "gerak-day-pass": (
        _words("Gerak Gym day pass", "Pas harian Gerak Gym", "Tiket harian Gerak Gym"),
        _words(
            "One day at any Gerak Gym, classes included.",
            "Sehari di mana-mana Gerak Gym, termasuk kelas.",
            "Sehari di semua Gerak Gym, termasuk kelas.",
        ),
    ),
    "sinar-books": (
        _words("Buku Sinar book voucher", "Baucar buku Buku Sinar", "Voucher buku Buku Sinar"),
        _words(
            "Books and stationery at every Buku Sinar.",
            "Buku dan alat tulis di setiap Buku Sinar.",
            "Buku dan alat tulis di semua Buku Sinar.",
        ),
    ),
    "dompetku-top-up": (
        _words("DompetKu top-up", "Tambah nilai DompetKu", "Isi saldo DompetKu"),
        _words(
            "A top-up code for your DompetKu balance.",
            "Kod tambah nilai untuk baki DompetKu anda.",
            "Kode isi saldo untuk DompetKu Anda.",
        ),
    ),
    "kopi-tiga-nusantara": (
        _words("Kopi Tiga for two", "Kopi Tiga untuk berdua", "Kopi Tiga berdua"),
        _words(
            "Two coffees and a snack at any Kopi Tiga in Indonesia.",
            "Dua kopi dan kudapan di mana-mana Kopi Tiga di Indonesia.",
            "Dua kopi dan camilan di semua Kopi Tiga di Indonesia.",
        ),
    ),
    "kopi-tiga-singapura": (
        _words("Kopi Tiga card", "Kad Kopi Tiga", "Kartu Kopi Tiga"),
        _words(
            "Coffee and kaya toast at any Kopi Tiga in Singapore.",
            "Kopi dan roti bakar kaya di mana-mana Kopi Tiga di Singapura.",
            "Kopi dan roti bakar srikaya di semua Kopi Tiga di Singapura.",
        ),
    ),
    "petrogo-singapura": (
        _words("PetroGo fuel credit", "Kredit minyak PetroGo", "Kredit bensin PetroGo"),
        _FUEL,
    ),
    "petrogo-nusantara": (
        _words("PetroGo fuel credit", "Kredit minyak PetroGo", "Kredit bensin PetroGo"),
        _FUEL,
    ),
    "pasar-mega-nusantara": (
        _words("Pasar Mega shopping voucher", "Baucar beli-belah Pasar Mega", "Voucher belanja Pasar Mega"),
        _words(
            "Groceries at every Pasar Mega in Indonesia.",
            "Barangan dapur di setiap Pasar Mega di Indonesia.",
            "Belanja di semua Pasar Mega di Indonesia.",
        ),
    ),
    "nasi-co-berdua": (
        _words(
            "Nasi & Co lunch for two",
            "Makan tengah hari berdua di Nasi & Co",
            "Makan siang berdua di Nasi & Co",
        ),
        _words(
            "Two set lunches with drinks at any Nasi & Co in Indonesia.",
            "Dua set makan tengah hari dengan minuman di mana-mana Nasi & Co di Indonesia.",
            "Dua paket makan siang dengan minuman di semua Nasi & Co di Indonesia.",
        ),
    ),
    "senja-air-nusantara": (
        _words("Senja Air flight credit", "Kredit penerbangan Senja Air", "Kredit penerbangan Senja Air"),
        _FLIGHT,
    ),
    "tabung-kasih-nusantara": (
        _words("Tabung Kasih flood relief", "Bantuan banjir Tabung Kasih", "Bantuan banjir Tabung Kasih"),
        _GIVE,
    ),
    "raya-hamper": (
        _words("Rumah Raya hamper", "Hamper Rumah Raya", "Bingkisan Rumah Raya"),
        _words(
            "A festive hamper, sent to your office.",
            "Hamper perayaan, dihantar ke pejabat anda.",
            "Bingkisan hari raya, dikirim ke kantor Anda.",
        ),
    ),
}
