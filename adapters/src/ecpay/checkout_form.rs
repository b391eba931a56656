//! The form that a shopper's browser posts to ECPay's checkout.

use domain::ports::gateway::{Checkout, CheckoutForm, NotAccepted};
use entity::{money::Money, payments::PaymentMethod};

use super::{
    amount, check_mac, item_name::item_name, periodic, settings::EcpaySettings, taipei_time,
};

/// No URL in the form may be longer.
const LONGEST_URL: usize = 200;

/// Whether ECPay takes this much by this method.
///
/// # Errors
/// [`NotAccepted`].
pub fn accepts(
    settings: &EcpaySettings,
    method: PaymentMethod,
    amount: Money,
) -> Result<(), NotAccepted> {
    let (least, most) = settings.limits_of(method).ok_or(NotAccepted::Method)?;
    let fits = amount.currency == least.currency
        && (least.minor..=most.minor).contains(&amount.minor)
        && amount.minor > 0;
    if fits {
        Ok(())
    } else {
        Err(NotAccepted::Amount { least, most })
    }
}

/// The signed form for a checkout.
///
/// # Errors
/// [`NotAccepted`] for an amount or method that ECPay would refuse.
pub fn checkout_form(
    settings: &EcpaySettings,
    checkout: &Checkout,
) -> Result<CheckoutForm, NotAccepted> {
    accepts(settings, checkout.method, checkout.amount)?;
    let total = amount::to_text(checkout.amount).ok_or(NotAccepted::Method)?;
    let mut fields = Fields::default();
    fields.push("MerchantID", settings.merchant_id.clone());
    fields.push("MerchantTradeNo", checkout.merchant_trade_no.clone());
    fields.push(
        "MerchantTradeDate",
        taipei_time::to_text(checkout.created_at),
    );
    fields.push("PaymentType", "aio");
    fields.push("TotalAmount", total);
    fields.push("TradeDesc", format!("Order {}", checkout.merchant_trade_no));
    fields.push("ItemName", item_name(&checkout.items));
    fields.push("ReturnURL", format!("{}/ecpay/notify", settings.public_url));
    fields.push("EncryptType", "1");
    push_method(&mut fields, settings, checkout.method)?;
    push_contract(&mut fields, settings, checkout)?;
    // The way back for a shopper who gives up. ECPay may ignore it, and must not get one it would cut.
    if checkout.result_url.len() <= LONGEST_URL {
        fields.push("ClientBackURL", checkout.result_url.clone());
    }
    let signature = check_mac::sign(&fields.0, &settings.hash_key, &settings.hash_iv);
    fields.push(check_mac::FIELD, signature);
    Ok(CheckoutForm {
        action: format!("{}/Cashier/AioCheckOut/V5", settings.base_url),
        fields: fields.0,
    })
}

fn push_method(
    fields: &mut Fields,
    settings: &EcpaySettings,
    method: PaymentMethod,
) -> Result<(), NotAccepted> {
    let public_url = &settings.public_url;
    let lifetimes = &settings.code_lifetimes;
    let (choice, lifetime) = match method {
        PaymentMethod::CreditCard | PaymentMethod::CreditCardPeriodic => {
            fields.push("ChoosePayment", "Credit");
            fields.push("OrderResultURL", format!("{public_url}/ecpay/result"));
            // Tells the number of the authorisation, without which a refund cannot ask about it.
            fields.push("NeedExtraPaidInfo", "Y");
            return Ok(());
        }
        PaymentMethod::Atm => ("ATM", ("ExpireDate", lifetimes.atm_days)),
        PaymentMethod::Cvs => ("CVS", ("StoreExpireDate", lifetimes.cvs_minutes)),
        PaymentMethod::Barcode => ("BARCODE", ("StoreExpireDate", lifetimes.barcode_days)),
        PaymentMethod::Free => return Err(NotAccepted::Method),
    };
    fields.push("ChoosePayment", choice);
    fields.push(lifetime.0, lifetime.1.to_string());
    fields.push("PaymentInfoURL", format!("{public_url}/ecpay/payment-info"));
    fields.push(
        "ClientRedirectURL",
        format!("{public_url}/ecpay/client-redirect"),
    );
    Ok(())
}

/// The contract to charge the card again. A method without one must not bring one, and the other way round.
fn push_contract(
    fields: &mut Fields,
    settings: &EcpaySettings,
    checkout: &Checkout,
) -> Result<(), NotAccepted> {
    match (checkout.method, checkout.periodic) {
        (PaymentMethod::CreditCardPeriodic, Some(periodic)) => {
            let total = amount::to_text(checkout.amount).ok_or(NotAccepted::Method)?;
            fields.push("PeriodAmount", total);
            fields.push("PeriodType", periodic::letter(periodic.unit));
            fields.push("Frequency", periodic.every.to_string());
            fields.push("ExecTimes", periodic.times.to_string());
            let url = format!("{}/ecpay/period", settings.public_url);
            fields.push("PeriodReturnURL", url);
            Ok(())
        }
        (PaymentMethod::CreditCardPeriodic, None) | (_, Some(_)) => Err(NotAccepted::Method),
        (_, None) => Ok(()),
    }
}

#[derive(Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }
}

#[cfg(test)]
mod tests {
    use entity::{id::PaymentId, money::Currency, plans::BillingCycle};

    use super::*;

    fn settings() -> EcpaySettings {
        EcpaySettings::stage("https://shop.example")
    }

    fn checkout(method: PaymentMethod) -> Checkout {
        Checkout {
            payment_id: PaymentId(uuid::Uuid::nil()),
            merchant_trade_no: "TPE20260115A0001".to_owned(),
            method,
            amount: Money::new(1280, Currency::Twd),
            periodic: None,
            items: vec!["咖啡豆 x 2".to_owned(), "運費".to_owned()],
            created_at: "2026-01-15T01:30:00Z".parse().unwrap(),
            result_url: "https://shop.example/pay/result/pay_1.2.3".to_owned(),
        }
    }

    fn value<'f>(form: &'f CheckoutForm, name: &str) -> Option<&'f str> {
        let mut found = form.fields.iter().filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} comes once");
        first
    }

    #[test]
    fn a_card_form_has_every_field_that_ecpay_asks_for_and_is_signed() {
        let form = checkout_form(&settings(), &checkout(PaymentMethod::CreditCard)).unwrap();
        assert_eq!(
            form.action,
            "https://payment-stage.ecpay.com.tw/Cashier/AioCheckOut/V5"
        );
        for (name, expected) in [
            ("MerchantID", "3002607"),
            ("MerchantTradeNo", "TPE20260115A0001"),
            ("MerchantTradeDate", "2026/01/15 09:30:00"),
            ("PaymentType", "aio"),
            ("TotalAmount", "1280"),
            ("ItemName", "咖啡豆 x 2#運費"),
            ("ReturnURL", "https://shop.example/ecpay/notify"),
            ("OrderResultURL", "https://shop.example/ecpay/result"),
            ("ChoosePayment", "Credit"),
            ("NeedExtraPaidInfo", "Y"),
            ("EncryptType", "1"),
        ] {
            assert_eq!(value(&form, name), Some(expected), "{name}");
        }
        assert!(value(&form, "TradeDesc").is_some_and(|text| !text.is_empty()));
        assert_eq!(value(&form, "PaymentInfoURL"), None);
        let settings = settings();
        assert!(check_mac::verify(
            &form.fields,
            &settings.hash_key,
            &settings.hash_iv
        ));
    }

    #[test]
    fn a_card_to_be_charged_again_says_when_how_often_and_where_to_tell_us() {
        let mut monthly = checkout(PaymentMethod::CreditCardPeriodic);
        monthly.periodic = periodic::contract(&settings(), BillingCycle::Monthly);
        let form = checkout_form(&settings(), &monthly).unwrap();
        for (name, expected) in [
            ("ChoosePayment", "Credit"),
            ("TotalAmount", "1280"),
            ("PeriodAmount", "1280"),
            ("PeriodType", "M"),
            ("Frequency", "1"),
            ("ExecTimes", "99"),
            ("PeriodReturnURL", "https://shop.example/ecpay/period"),
            ("OrderResultURL", "https://shop.example/ecpay/result"),
        ] {
            assert_eq!(value(&form, name), Some(expected), "{name}");
        }
        let settings = settings();
        let (key, iv) = (&settings.hash_key, &settings.hash_iv);
        assert!(check_mac::verify(&form.fields, key, iv));
    }

    #[test]
    fn a_contract_and_its_method_come_together_or_not_at_all() {
        let without = checkout(PaymentMethod::CreditCardPeriodic);
        let refusal = Err(NotAccepted::Method);
        assert_eq!(checkout_form(&settings(), &without), refusal);
        let mut once = checkout(PaymentMethod::CreditCard);
        once.periodic = periodic::contract(&settings(), BillingCycle::Yearly);
        assert_eq!(checkout_form(&settings(), &once), refusal);
    }

    #[test]
    fn a_method_with_a_code_says_where_the_code_goes_and_how_long_it_is_good() {
        for (method, choice, lifetime, expected) in [
            (PaymentMethod::Atm, "ATM", "ExpireDate", "3"),
            (PaymentMethod::Cvs, "CVS", "StoreExpireDate", "10080"),
            (PaymentMethod::Barcode, "BARCODE", "StoreExpireDate", "7"),
        ] {
            let form = checkout_form(&settings(), &checkout(method)).unwrap();
            assert_eq!(value(&form, "ChoosePayment"), Some(choice));
            assert_eq!(value(&form, lifetime), Some(expected));
            assert_eq!(
                value(&form, "PaymentInfoURL"),
                Some("https://shop.example/ecpay/payment-info")
            );
            assert_eq!(
                value(&form, "ClientRedirectURL"),
                Some("https://shop.example/ecpay/client-redirect")
            );
            assert_eq!(value(&form, "OrderResultURL"), None, "not for {choice}");
        }
    }

    #[test]
    fn an_amount_outside_the_method_is_refused_with_what_it_takes() {
        let dollars = |minor| Money::new(minor, Currency::Twd);
        let settings = settings();
        for (method, least, most) in [
            (PaymentMethod::CreditCard, 5, 199_999),
            (PaymentMethod::Atm, 11, 49_999),
            (PaymentMethod::Cvs, 33, 6_000),
            (PaymentMethod::Barcode, 17, 20_000),
        ] {
            let refusal = Err(NotAccepted::Amount {
                least: dollars(least),
                most: dollars(most),
            });
            assert_eq!(accepts(&settings, method, dollars(least)), Ok(()));
            assert_eq!(accepts(&settings, method, dollars(most)), Ok(()));
            assert_eq!(accepts(&settings, method, dollars(least - 1)), refusal);
            assert_eq!(accepts(&settings, method, dollars(most + 1)), refusal);
            assert_eq!(
                accepts(&settings, method, Money::new(least, Currency::Usd)),
                refusal
            );
        }
        assert_eq!(
            accepts(&settings, PaymentMethod::Free, dollars(100)),
            Err(NotAccepted::Method)
        );
    }

    #[test]
    fn a_way_back_that_ecpay_would_cut_is_left_out() {
        let mut long = checkout(PaymentMethod::CreditCard);
        long.result_url = format!("https://shop.example/{}", "x".repeat(200));
        let form = checkout_form(&settings(), &long).unwrap();
        assert_eq!(value(&form, "ClientBackURL"), None);
    }
}
