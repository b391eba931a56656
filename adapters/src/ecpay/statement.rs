//! ECPay's merchant statement (對帳媒體檔): a CSV in UTF-8 or Big5, as `TradeNoAio` and the merchant's console give it.
//!
//! Columns are found by their names, whatever their order: names changed over the years. Values come as spreadsheets
//! like them, `="100"` or `=100`. A line without money that moved (unpaid, failed) is left out.

use std::{collections::HashMap, fmt};

use chrono::{DateTime, Utc};
use csv::StringRecord;
use domain::ports::{Statement, StatementLine};
use encoding_rs::{BIG5, UTF_8};
use entity::{money::Money, reconciliation::StatementLineKind};

use super::{amount, taipei_time};

/// Why a statement cannot be read, and where. Lines count from 1, the line of the names included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementError {
    /// At which line.
    pub line: u64,
    /// In which column, by its name in the file; empty when it is about the whole line.
    pub column: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column {}", self.column)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for StatementError {}

/// A thing that a statement tells, and the names that its column has gone by.
struct Column {
    names: &'static [&'static str],
}

const MERCHANT_TRADE_NO: Column = Column {
    names: &["特店訂單編號", "廠商訂單編號", "特店交易編號"],
};
const TRADE_NO: Column = Column {
    names: &["綠界訂單編號", "綠界交易編號", "綠界交易序號"],
};
const AMOUNT: Column = Column {
    names: &["交易金額"],
};
const STATUS: Column = Column {
    names: &["付款狀態", "付款結果"],
};
const PAID_AT: Column = Column {
    names: &["付款日期", "付款時間"],
};
const ORDERED_AT: Column = Column {
    names: &["訂單日期", "交易日期", "訂單成立時間"],
};
const REFUND: Column = Column {
    names: &["退款金額"],
};
const REFUNDED_AT: Column = Column {
    names: &["退款日期"],
};
const PAID_OUT: Column = Column {
    names: &["撥款狀態"],
};
const PAID_OUT_AT: Column = Column {
    names: &["撥款日期"],
};
/// What ECPay keeps stands in several columns, which add up.
const FEES: [Column; 6] = [
    Column {
        names: &["手續費"]
    },
    Column {
        names: &["處理費"]
    },
    Column {
        names: &["交易手續費"],
    },
    Column {
        names: &["平台手續費"],
    },
    Column {
        names: &["交易服務費金額"],
    },
    Column {
        names: &["通路費"]
    },
];

/// Reads a statement.
///
/// # Errors
/// The first thing that is no statement of ours, with its line and column. A statement with one bad line is not read
/// at all: half of one would show differences that are none.
pub fn read(bytes: &[u8]) -> Result<Statement, StatementError> {
    let text = without_formulas(&decode(bytes)?);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        Some(record) => Header::of(&record.map_err(|error| malformed(&error))?)?,
        None => return Err(whole(1, "there is nothing in this file")),
    };
    let mut lines = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for record in records {
        let record = record.map_err(|error| malformed(&error))?;
        let row = Row {
            header: &header,
            number: record.position().map_or(0, csv::Position::line),
            record,
        };
        if row.record.iter().all(|cell| plain(cell).is_empty()) {
            continue;
        }
        let found = row.lines()?;
        if let Some(first) = found.first() {
            let trade_no = first.gateway_trade_no.clone();
            if let Some(before) = seen.insert(trade_no.clone(), row.number) {
                let problem = format!("{trade_no} stood in line {before} already");
                return Err(row.error(&TRADE_NO, &problem));
            }
        }
        lines.extend(found);
    }
    Ok(Statement {
        gateway: "ecpay",
        lines,
    })
}

/// Big5 is ECPay's default. A text that is UTF-8 is practically never Big5 by chance, so that is tried first.
fn decode(bytes: &[u8]) -> Result<String, StatementError> {
    let (text, is_broken) = UTF_8.decode_with_bom_removal(bytes);
    if !is_broken {
        return Ok(text.into_owned());
    }
    let (text, is_broken) = BIG5.decode_without_bom_handling(bytes);
    if is_broken {
        return Err(whole(1, "this is neither UTF-8 nor Big5"));
    }
    Ok(text.into_owned())
}

/// The names of the columns, and where each stands.
struct Header {
    places: HashMap<String, usize>,
    width: usize,
}

impl Header {
    fn of(record: &StringRecord) -> Result<Self, StatementError> {
        let mut places = HashMap::new();
        for (place, name) in record.iter().enumerate() {
            let name = plain(name);
            if !name.is_empty() && places.insert(name.clone(), place).is_some() {
                return Err(whole(1, &format!("there are two columns {name}")));
            }
        }
        let header = Self {
            places,
            width: record.len(),
        };
        for needed in [&MERCHANT_TRADE_NO, &TRADE_NO, &AMOUNT] {
            header.need(needed)?;
        }
        if header.place(&PAID_AT).is_none() {
            header.need(&ORDERED_AT)?;
        }
        if header.place(&REFUND).is_some() {
            header.need(&REFUNDED_AT)?;
        }
        Ok(header)
    }

    fn place(&self, column: &Column) -> Option<(usize, &'static str)> {
        let place = |name: &&'static str| Some((*self.places.get(*name)?, *name));
        column.names.iter().find_map(place)
    }

    fn need(&self, column: &Column) -> Result<(), StatementError> {
        if self.place(column).is_some() {
            return Ok(());
        }
        let names = column.names.join(" or ");
        Err(whole(1, &format!("there is no column {names}")))
    }
}

/// A line of the file.
struct Row<'h> {
    header: &'h Header,
    number: u64,
    record: StringRecord,
}

impl Row<'_> {
    /// The payment it tells of, and the refund; neither when no money moved.
    fn lines(&self) -> Result<Vec<StatementLine>, StatementError> {
        if self.record.len() != self.header.width {
            let (is, wanted) = (self.record.len(), self.header.width);
            return Err(whole(
                self.number,
                &format!("{is} values for {wanted} columns"),
            ));
        }
        let amount = self.money(&AMOUNT)?;
        let amount = amount.ok_or_else(|| self.error(&AMOUNT, "it is empty"))?;
        if !self.is_paid()? {
            return Ok(Vec::new());
        }
        if amount.is_zero() {
            return Err(self.error(&AMOUNT, "it is nothing, but it was paid"));
        }
        let payment = StatementLine {
            number: i32::try_from(self.number).unwrap_or(i32::MAX),
            kind: StatementLineKind::Payment,
            merchant_trade_no: self.number_of(&MERCHANT_TRADE_NO)?,
            gateway_trade_no: self.number_of(&TRADE_NO)?,
            amount,
            fee: self.fee()?,
            happened_at: self.happened_at()?,
            paid_out_at: self.paid_out_at()?,
        };
        let refund = self.refund(&payment)?;
        Ok([Some(payment), refund].into_iter().flatten().collect())
    }

    /// `已付款` is paid; a file without the column holds what was paid alone, as `PaymentStatus=1` asks for.
    fn is_paid(&self) -> Result<bool, StatementError> {
        let Some(status) = self.text(&STATUS) else {
            return Ok(true);
        };
        match status.as_str() {
            "1" | "付款成功" => Ok(true),
            "0" | "2" => Ok(false),
            _ if status.contains("未付款") || status.contains("失敗") => Ok(false),
            _ if status.contains("已付款") => Ok(true),
            other => Err(self.error(&STATUS, &format!("{other} is no state of a payment"))),
        }
    }

    fn happened_at(&self) -> Result<DateTime<Utc>, StatementError> {
        for column in [&PAID_AT, &ORDERED_AT] {
            if let Some(at) = self.time(column)? {
                return Ok(at);
            }
        }
        let column = match self.header.place(&PAID_AT) {
            Some(_) => &PAID_AT,
            None => &ORDERED_AT,
        };
        Err(self.error(column, "it is empty"))
    }

    fn paid_out_at(&self) -> Result<Option<DateTime<Utc>>, StatementError> {
        let is_paid_out = match self.text(&PAID_OUT).as_deref() {
            None => true,
            Some("" | "0") => false,
            Some("1") => true,
            Some(status) if status.contains("未撥款") => false,
            Some(status) => status.contains("已撥款"),
        };
        match is_paid_out {
            true => self.time(&PAID_OUT_AT),
            false => Ok(None),
        }
    }

    fn fee(&self) -> Result<Option<Money>, StatementError> {
        let mut sum: Option<Money> = None;
        for column in &FEES {
            let Some(fee) = self.money(column)? else {
                continue;
            };
            sum = Some(match sum {
                None => fee,
                Some(sum) => sum
                    .checked_add(fee)
                    .map_err(|error| self.error(column, &error.to_string()))?,
            });
        }
        Ok(sum)
    }

    /// Refunds are told with or without a minus; they are never more than was paid.
    fn refund(&self, payment: &StatementLine) -> Result<Option<StatementLine>, StatementError> {
        let Some(text) = self.text(&REFUND).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let amount = self.money_of(&REFUND, text.strip_prefix('-').unwrap_or(&text))?;
        if amount.is_zero() {
            return Ok(None);
        }
        if amount.minor > payment.amount.minor {
            return Err(self.error(&REFUND, "more went back than was paid"));
        }
        let happened_at = self.time(&REFUNDED_AT)?;
        Ok(Some(StatementLine {
            kind: StatementLineKind::Refund,
            amount,
            fee: None,
            happened_at: happened_at.ok_or_else(|| self.error(&REFUNDED_AT, "it is empty"))?,
            paid_out_at: None,
            ..payment.clone()
        }))
    }

    fn number_of(&self, column: &Column) -> Result<String, StatementError> {
        let text = self.text(column).unwrap_or_default();
        let is_number =
            (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match is_number {
            true => Ok(text),
            false => Err(self.error(column, &format!("\"{text}\" is no trade number"))),
        }
    }

    fn money(&self, column: &Column) -> Result<Option<Money>, StatementError> {
        match self.text(column).filter(|text| !text.is_empty()) {
            Some(text) => self.money_of(column, &text).map(Some),
            None => Ok(None),
        }
    }

    fn money_of(&self, column: &Column, text: &str) -> Result<Money, StatementError> {
        amount::fee_from_text(text).ok_or_else(|| {
            let problem = format!("\"{text}\" is no amount in whole New Taiwan dollars");
            self.error(column, &problem)
        })
    }

    fn time(&self, column: &Column) -> Result<Option<DateTime<Utc>>, StatementError> {
        let Some(text) = self.text(column).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let at = taipei_time::statement_from_text(&text);
        at.map(Some)
            .ok_or_else(|| self.error(column, &format!("\"{text}\" is no time")))
    }

    /// What stands there; `None` when there is no such column.
    fn text(&self, column: &Column) -> Option<String> {
        let (place, _) = self.header.place(column)?;
        self.record.get(place).map(plain)
    }

    fn error(&self, column: &Column, problem: &str) -> StatementError {
        let name = self.header.place(column).map(|(_, name)| name);
        StatementError {
            line: self.number,
            column: name.unwrap_or_default().to_owned(),
            problem: problem.to_owned(),
        }
    }
}

/// The text without the `=` that makes a spreadsheet take a value for a text: after it a quoted value is one again,
/// commas and all. Lines end with a line feed alone, so that they are counted as an editor counts them.
fn without_formulas(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let (mut is_start, mut is_quoted) = (true, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if !is_quoted && characters.peek() == Some(&'\n') => continue,
            '=' | '\u{feff}' if is_start && !is_quoted => continue,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        is_start = !is_quoted && matches!(character, ',' | '\n' | '\r');
        plain.push(character);
    }
    plain
}

/// A value without the blanks around it.
fn plain(cell: &str) -> String {
    cell.trim().to_owned()
}

fn malformed(error: &csv::Error) -> StatementError {
    let line = error.position().map_or(1, csv::Position::line);
    whole(line, &error.to_string())
}

fn whole(line: u64, problem: &str) -> StatementError {
    StatementError {
        line,
        column: String::new(),
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
#[path = "statement_tests.rs"]
mod tests;
