//! Where the borrowers live: currency, calendar, language, prices, and names that might be theirs.

/// A market.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) currency: &'static str,
    pub(crate) zones: &'static [&'static str],
    pub(crate) languages: &'static [&'static str],
    /// Prices in major units.
    pub(crate) prices: (i64, i64),
    /// Prices are multiples of so many major units.
    pub(crate) step: i64,
    pub(crate) calling_code: &'static str,
    pub(crate) first_names: &'static [&'static str],
    pub(crate) last_names: &'static [&'static str],
    /// Family name first.
    pub(crate) family_first: bool,
}

/// The markets; those named twice sell twice as much.
pub(crate) const PLACES: &[&Place] = &[
    &INDIA,
    &INDIA,
    &INDIA,
    &KENYA,
    &KENYA,
    &MEXICO,
    &MEXICO,
    &INDONESIA,
    &INDONESIA,
    &PHILIPPINES,
    &BRAZIL,
    &NIGERIA,
    &EGYPT,
    &JAPAN,
    &KUWAIT,
];

const INDIA: Place = Place {
    currency: "INR",
    zones: &["Asia/Kolkata"],
    languages: &["hi", "mr", "en-IN"],
    prices: (9_000, 42_000),
    step: 500,
    calling_code: "+91",
    first_names: &["आशा", "रमेश", "सुनीता", "Vikram", "Lakshmi", "कविता", "Arjun", "மீனா"],
    last_names: &["देवी", "शर्मा", "Patil", "Kumar", "यादव", "Nair", "குமார்"],
    family_first: false,
};

const KENYA: Place = Place {
    currency: "KES",
    zones: &["Africa/Nairobi"],
    languages: &["sw", "en-KE"],
    prices: (12_000, 60_000),
    step: 1_000,
    calling_code: "+254",
    first_names: &["Wanjiru", "Otieno", "Achieng", "Kamau", "Njeri", "Baraka", "Zawadi"],
    last_names: &["Mwangi", "Odhiambo", "Kiprono", "Wambui", "Mutua", "Ng'ang'a"],
    family_first: false,
};

const MEXICO: Place = Place {
    currency: "MXN",
    zones: &["America/Mexico_City", "America/Tijuana", "America/Cancun"],
    languages: &["es-MX"],
    prices: (2_500, 14_000),
    step: 100,
    calling_code: "+52",
    first_names: &["María José", "Iñaki", "Guadalupe", "Ramón", "Ximena", "Ángel", "Lucía"],
    last_names: &["Hernández", "Peña", "Núñez Ríos", "Gómez", "Zúñiga", "López, hijo"],
    family_first: false,
};

const INDONESIA: Place = Place {
    currency: "IDR",
    zones: &["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"],
    languages: &["id"],
    prices: (1_400_000, 7_500_000),
    step: 50_000,
    calling_code: "+62",
    first_names: &["Siti", "Budi", "Dewi", "Agus", "Putri", "Wayan", "Rizky"],
    last_names: &["Santoso", "Wulandari", "Siregar", "Hidayat", "Ni Made", "Lestari"],
    family_first: false,
};

const PHILIPPINES: Place = Place {
    currency: "PHP",
    zones: &["Asia/Manila"],
    languages: &["fil", "en-PH"],
    prices: (5_000, 28_000),
    step: 500,
    calling_code: "+63",
    first_names: &["Jun-jun", "Maricel", "Ligaya", "Rodel", "Bayani", "Analyn"],
    last_names: &["dela Cruz", "Bautista", "Macaraeg", "Villanueva", "Dimagiba"],
    family_first: false,
};

const BRAZIL: Place = Place {
    currency: "BRL",
    zones: &["America/Sao_Paulo", "America/Manaus", "America/Recife"],
    languages: &["pt-BR"],
    prices: (800, 4_500),
    step: 50,
    calling_code: "+55",
    first_names: &["João", "Conceição", "Thaís", "Luís", "Aparecida", "Caíque"],
    last_names: &["da Silva", "Araújo", "Gonçalves", "Brandão", "dos Anjos"],
    family_first: false,
};

const NIGERIA: Place = Place {
    currency: "NGN",
    zones: &["Africa/Lagos"],
    languages: &["en-NG", "yo", "ha"],
    prices: (90_000, 480_000),
    step: 5_000,
    calling_code: "+234",
    first_names: &["Chiamaka", "Babatunde", "Ngozi", "Ṣadé", "Ibrahim", "Aisha"],
    last_names: &["Okonkwo", "Adéyẹmí", "Bello", "Eze", "Ọlátúnjí"],
    family_first: false,
};

const EGYPT: Place = Place {
    currency: "EGP",
    zones: &["Africa/Cairo"],
    languages: &["ar-EG"],
    prices: (4_000, 26_000),
    step: 250,
    calling_code: "+20",
    first_names: &["فاطمة", "محمود", "نورا", "مصطفى", "سلمى", "كريم"],
    last_names: &["عبد الرحمن", "حسين", "المصري", "سليمان", "فؤاد"],
    family_first: false,
};

const JAPAN: Place = Place {
    currency: "JPY",
    zones: &["Asia/Tokyo"],
    languages: &["ja"],
    prices: (24_000, 120_000),
    step: 1_000,
    calling_code: "+81",
    first_names: &["さくら", "健太", "美咲", "翔", "ハナ"],
    last_names: &["佐藤", "鈴木", "高橋", "渡邉", "山田"],
    family_first: true,
};

const KUWAIT: Place = Place {
    currency: "KWD",
    zones: &["Asia/Kuwait"],
    languages: &["ar-KW", "en"],
    prices: (45, 260),
    step: 5,
    calling_code: "+965",
    first_names: &["نوف", "بدر", "دلال", "Anwar", "شيخة"],
    last_names: &["العتيبي", "المطيري", "Al-Fadhli", "الرشيدي"],
    family_first: false,
};
