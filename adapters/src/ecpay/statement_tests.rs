//! Statements as they come: in both encodings, under old and new names, and broken in every way.

use entity::money::Currency;

use super::*;

const NEW: &str = "訂單日期,廠商訂單編號,綠界訂單編號,付款方式,付款狀態,付款日期,交易金額,退款日期,退款金額,手續費率(每筆),\
    手續費,處理費,交易手續費,平台手續費,應收款項(淨額),撥款狀態,撥款日期,商品名稱";
const PAID: &str = r#"="2026-08-20 09:00:00",="FB01",="2608200900001",信用卡,="已付款",="2026-08-20 10:00:00",="1000",,,="2%",="20",="5",="0",="0",="975",="已撥款",="2026-08-25",方案"#;

const fn twd(minor: i64) -> Money {
    Money::new(minor, Currency::Twd)
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn file(lines: &[&str]) -> String {
    format!("{NEW}\r\n{}\r\n", lines.join("\r\n"))
}

fn refused(text: &str) -> String {
    read(text.as_bytes()).unwrap_err().to_string()
}

/// The line, with one value for another.
fn with(from: &str, to: &str) -> String {
    assert!(PAID.contains(from));
    file(&[&PAID.replacen(from, to, 1)])
}

#[test]
fn a_line_tells_what_came_what_is_kept_and_when_it_was_paid_out() {
    let statement = read(file(&[PAID]).as_bytes()).unwrap();
    assert_eq!(statement.gateway, "ecpay");
    assert_eq!(
        statement.lines,
        [StatementLine {
            number: 2,
            kind: StatementLineKind::Payment,
            merchant_trade_no: "FB01".to_owned(),
            gateway_trade_no: "2608200900001".to_owned(),
            amount: twd(1000),
            fee: Some(twd(25)),
            happened_at: utc("2026-08-20T02:00:00Z"),
            paid_out_at: Some(utc("2026-08-24T16:00:00Z")),
        }]
    );
}

#[test]
fn big5_utf8_and_a_byte_order_mark_say_the_same() {
    let text = file(&[PAID]);
    let expected = read(text.as_bytes()).unwrap();
    let (big5, _, is_broken) = BIG5.encode(&text);
    assert!(!is_broken && big5.as_ref() != text.as_bytes());
    assert_eq!(read(&big5).unwrap(), expected);
    assert_eq!(
        read(format!("\u{feff}{text}").as_bytes()).unwrap(),
        expected
    );
}

#[test]
fn the_names_of_the_old_format_are_known() {
    let text = "交易日期,綠界交易序號,特店訂單編號,ATM條碼,交易金額,付款方式,付款結果,付款日期,通路費,交易服務費金額,\
        應收款項(淨額),撥款狀態,撥款日期,備註\n\
        2026/08/20 09:00:00,26082009,FB02,,899,ATM,1,2026/08/20 09:30:00,10,15.00,874,0,,\n\
        2026/08/20 09:00:00,26082010,FB03,,899,ATM,0,,0,0,0,0,,\n";
    let lines = read(text.as_bytes()).unwrap().lines;
    assert_eq!(lines.len(), 1, "what nobody paid is not told");
    let line = &lines[0];
    assert_eq!((line.amount, line.fee), (twd(899), Some(twd(25))));
    assert_eq!(line.happened_at, utc("2026-08-20T01:30:00Z"));
    assert_eq!(line.paid_out_at, None);
}

#[test]
fn a_refund_is_a_line_of_its_own_with_or_without_a_minus() {
    for amount in ["300", "-300", "=\"-300\"", "300.00"] {
        let refund = format!(r#"="1000",2026-08-22 12:00:00,{amount},"#);
        let lines = read(with(r#"="1000",,,"#, &refund).as_bytes())
            .unwrap()
            .lines;
        assert_eq!(lines.len(), 2, "{amount}");
        assert_eq!(lines[1].kind, StatementLineKind::Refund);
        assert_eq!((lines[1].amount, lines[1].fee), (twd(300), None));
        assert_eq!(lines[1].happened_at, utc("2026-08-22T04:00:00Z"));
        assert_eq!(lines[1].gateway_trade_no, lines[0].gateway_trade_no);
    }
}

#[test]
fn what_is_wrong_is_told_by_line_and_column() {
    let told = [
        (
            with(r#"="1000""#, "abc"),
            "line 2, column 交易金額: \"abc\" is no amount in whole New Taiwan dollars",
        ),
        (
            with(r#"="1000""#, "-1000"),
            "line 2, column 交易金額: \"-1000\" is no amount in whole New Taiwan dollars",
        ),
        (
            with(r#"="1000""#, "10.50"),
            "line 2, column 交易金額: \"10.50\" is no amount in whole New Taiwan dollars",
        ),
        (
            with(r#"="1000""#, "１０００"),
            "line 2, column 交易金額: \"１０００\" is no amount in whole New Taiwan dollars",
        ),
        (
            with(r#"="1000""#, ""),
            "line 2, column 交易金額: it is empty",
        ),
        (
            with(r#"="1000""#, "0"),
            "line 2, column 交易金額: it is nothing, but it was paid",
        ),
        (
            with(r#"="FB01""#, ""),
            "line 2, column 廠商訂單編號: \"\" is no trade number",
        ),
        (
            with(r#"="2608200900001""#, "2.6E+12"),
            "line 2, column 綠界訂單編號: \"2.6E+12\" is no trade number",
        ),
        (
            with(r#"="已付款""#, "或許"),
            "line 2, column 付款狀態: 或許 is no state of a payment",
        ),
        (
            with(r#"="2026-08-20 10:00:00""#, "yesterday"),
            "line 2, column 付款日期: \"yesterday\" is no time",
        ),
        (
            with(r#"="20""#, "-20"),
            "line 2, column 手續費: \"-20\" is no amount in whole New Taiwan dollars",
        ),
        (
            with(r#"="1000",,,"#, r#"="1000",2026-08-22 12:00:00,-1001,"#),
            "line 2, column 退款金額: more went back than was paid",
        ),
        (
            with(r#"="1000",,,"#, r#"="1000",,300,"#),
            "line 2, column 退款日期: it is empty",
        ),
        (
            with("方案", "方案,more"),
            "line 2: 19 values for 18 columns",
        ),
        (
            file(&[PAID, PAID]),
            "line 3, column 綠界訂單編號: 2608200900001 stood in line 2 already",
        ),
        (
            NEW.replace("交易金額", "金額"),
            "line 1: there is no column 交易金額",
        ),
        (
            NEW.replace("退款日期", "備註"),
            "line 1: there is no column 退款日期",
        ),
        (
            NEW.replace("處理費", "手續費"),
            "line 1: there are two columns 手續費",
        ),
        (
            "<html>查詢失敗</html>".to_owned(),
            "line 1: there is no column 特店訂單編號 or 廠商訂單編號 or 特店交易編號",
        ),
        (String::new(), "line 1: there is nothing in this file"),
    ];
    for (text, expected) in told {
        assert_eq!(refused(&text), expected, "{text}");
    }
    let neither = read(&[0xff, 0xfe, 0xff, 0x41]).unwrap_err();
    assert_eq!(
        neither.to_string(),
        "line 1: this is neither UTF-8 nor Big5"
    );
}

#[test]
fn a_statement_without_trades_is_one_and_blank_lines_are_nothing() {
    assert!(read(file(&[]).as_bytes()).unwrap().lines.is_empty());
    let blank = ",".repeat(17);
    let lines = read(file(&[&blank, PAID, ""]).as_bytes()).unwrap().lines;
    assert_eq!(lines[0].number, 3, "lines count as an editor counts them");
}

#[test]
fn a_comma_in_the_name_of_what_was_sold_is_no_new_column() {
    let named = with("方案", r#"="方案, 甲 ""pro"" =""#);
    assert_eq!(
        read(named.as_bytes()).unwrap(),
        read(file(&[PAID]).as_bytes()).unwrap()
    );
}

#[test]
fn plain_quotes_read_as_the_spreadsheets_ones() {
    let line = PAID.replace("=\"", "\"");
    assert_eq!(
        read(file(&[&line]).as_bytes()).unwrap(),
        read(file(&[PAID]).as_bytes()).unwrap()
    );
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let mut after_names = file(&[]).into_bytes();
        after_names.extend(&bytes);
        let _ = read(&after_names);
    }
}
