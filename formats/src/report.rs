//! A report as JSON and as CSV: the same rows and the same column names in both.

use domain::{
    Currency, Day,
    money::decimal,
    report::{Bands, BandsError},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use toml::Spanned;

use crate::settings::{self, Share, TextError};

/// A report: what it is called, of which days, and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name in addresses and commands.
    pub name: &'static str,
    /// The days it was asked for with, by the name of the parameter.
    pub days: Vec<(&'static str, Day)>,
    /// Names of its columns.
    pub columns: &'static [&'static str],
    /// Its rows; each has a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// One value of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A number of things.
    Count(u64),
    /// An amount in minor units.
    Money(i128, Currency),
    /// A share in basis points; `None` = of nothing there is no share.
    Share(Option<i64>),
}

impl Cell {
    fn json(&self) -> Value {
        match self {
            Cell::Text(text) => json!(text),
            Cell::Count(count) => json!(count),
            Cell::Money(minor, currency) => json!(decimal(*minor, *currency)),
            Cell::Share(share) => json!(share),
        }
    }
}

impl Report {
    /// As one JSON document: `report`, its days, `columns`, and `items` with a field per column.
    pub fn json(&self) -> Value {
        let mut document = Map::new();
        document.insert("report".to_owned(), json!(self.name));
        for (name, day) in &self.days {
            document.insert((*name).to_owned(), json!(day.to_string()));
        }
        document.insert("columns".to_owned(), json!(self.columns));
        let item = |row: &Vec<Cell>| {
            let fields = self.columns.iter().zip(row);
            let fields = fields.map(|(name, cell)| ((*name).to_owned(), cell.json()));
            Value::Object(fields.collect())
        };
        document.insert("items".to_owned(), self.rows.iter().map(item).collect());
        Value::Object(document)
    }
}

/// The rows of a report's JSON document as texts, with its column names before them; `None` if it
/// is no such document.
pub fn report_rows(document: &Value) -> Option<Vec<Vec<String>>> {
    let names: Option<Vec<&str>> =
        document["columns"].as_array()?.iter().map(Value::as_str).collect();
    let names = names?;
    let cell = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    };
    let row = |item: &Value| -> Option<Vec<String>> {
        names.iter().map(|name| item.get(name).and_then(cell)).collect()
    };
    let mut rows = vec![names.iter().map(|name| (*name).to_owned()).collect()];
    for item in document["items"].as_array()? {
        rows.push(row(item)?);
    }
    Some(rows)
}

/// A report's JSON document as CSV with a header row.
pub fn report_csv(document: &Value) -> Option<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in report_rows(document)? {
        writer.write_record(row).ok()?;
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    bucket: Vec<Bucket>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    from: Spanned<u32>,
    rate: Share,
}

/// Reads a file of buckets: `[[bucket]]` with `from`, in days past due, and `rate`.
pub fn parse_buckets(text: &str) -> Result<Bands, TextError> {
    let file: File = settings::read(text)?;
    let bands = file.bucket.iter().map(|bucket| (*bucket.from.get_ref(), bucket.rate.0));
    Bands::new(bands.collect()).map_err(|error| {
        let out_of_order =
            file.bucket.windows(2).find(|pair| pair[0].from.get_ref() >= pair[1].from.get_ref());
        match (error, out_of_order, file.bucket.first()) {
            (BandsError::Order, Some(pair), _) => {
                settings::wrong(text, &pair[1].from, error.text())
            }
            (BandsError::Start, _, Some(first)) => settings::wrong(text, &first.from, error.text()),
            _ => {
                TextError { line: 0, field: "bucket".to_owned(), message: error.text().to_owned() }
            }
        }
    })
}

/// Reads buckets as an address has them: `0:100,1:200,31:2500`, days and basis points.
pub fn parse_bucket_list(text: &str) -> Result<Bands, String> {
    let number = |text: &str| {
        let digits =
            (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| digits)
    };
    let band = |item: &str| {
        let (from, rate) = item.split_once(':')?;
        Some((number(from)?, number(rate)?))
    };
    let bands: Option<Vec<(u32, u32)>> = text.split(',').map(band).collect();
    let bands = bands.ok_or("expected DAYS:BASIS_POINTS,… such as 0:100,1:200,31:2500")?;
    Bands::new(bands).map_err(|error| error.text().to_owned())
}

/// The text that [`parse_bucket_list`] reads.
pub fn bucket_list(bands: &Bands) -> String {
    let items = bands.all().iter().map(|(from, rate)| format!("{from}:{rate}"));
    items.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_the_same_in_json_and_csv() {
        let currency = Currency::parse("INR").unwrap();
        let report = Report {
            name: "par",
            days: vec![("as_of", Day::parse("2026-03-31").unwrap())],
            columns: &["currency", "contracts", "outstanding", "share"],
            rows: vec![
                vec![
                    Cell::Text("a, \"b\"".to_owned()),
                    Cell::Count(2),
                    Cell::Money(i128::from(i64::MAX) * 100, currency),
                    Cell::Share(Some(-25)),
                ],
                vec![
                    Cell::Text(String::new()),
                    Cell::Count(0),
                    Cell::Money(-5, currency),
                    Cell::Share(None),
                ],
            ],
        };
        let document = report.json();
        assert_eq!(document["as_of"], "2026-03-31");
        assert_eq!(document["items"][1]["share"], Value::Null);
        let csv = "currency,contracts,outstanding,share\n\
                   \"a, \"\"b\"\"\",2,9223372036854775807.00,-25\n,0,-0.05,\n";
        assert_eq!(report_csv(&document).unwrap(), csv);
        assert_eq!(report_csv(&json!({ "columns": ["a"], "items": [{}] })), None);
        assert_eq!(report_csv(&json!([])), None);
    }

    #[test]
    fn buckets_are_read_from_a_file_and_from_an_address() {
        let bands = Bands::new(vec![(0, 100), (1, 250), (31, 10_000)]).unwrap();
        let file = "[[bucket]]\nfrom = 0\nrate = \"1%\"\n[[bucket]]\nfrom = 1\nrate = \"2.5%\"\n\
                    [[bucket]]\nfrom = 31\nrate = \"100%\"\n";
        assert_eq!(parse_buckets(file).unwrap(), bands);
        assert_eq!(bucket_list(&bands), "0:100,1:250,31:10000");
        assert_eq!(parse_bucket_list("0:100,1:250,31:10000").unwrap(), bands);
        for wrong in ["", "0", "0:1,", "0:-1", "0:+1", "0:1,0:2", "1:5", "0:10001", "0:1;1:2"] {
            assert!(parse_bucket_list(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_in_a_file_of_buckets_names_its_line() {
        let line = |text: &str| parse_buckets(text).unwrap_err().line;
        assert_eq!(line("[[bucket]]\nfrom = 2\nrate = \"1%\"\n"), 2);
        assert_eq!(line("[[bucket]]\nfrom = 0\nrate = \"101%\"\n"), 3);
        let twice = "[[bucket]]\nfrom = 0\nrate = \"1%\"\n[[bucket]]\nfrom = 0\nrate = \"1%\"\n";
        assert_eq!(line(twice), 5);
        assert!(parse_buckets("bucket = []").is_err());
    }
}
