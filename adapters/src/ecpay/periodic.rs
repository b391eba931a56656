//! Contracts to charge a card again (信用卡定期定額): how often, and ECPay's letters for it.

use domain::ports::Periodic;
use entity::{payments::PeriodUnit, plans::BillingCycle};

use super::settings::EcpaySettings;

/// The contract for a cycle, with as many charges as ECPay takes; `None` for what is paid once.
#[must_use]
pub fn contract(settings: &EcpaySettings, cycle: BillingCycle) -> Option<Periodic> {
    let (unit, every) = match cycle {
        BillingCycle::Weekly => (PeriodUnit::Day, 7),
        BillingCycle::Monthly => (PeriodUnit::Month, 1),
        BillingCycle::Quarterly => (PeriodUnit::Month, 3),
        BillingCycle::Yearly => (PeriodUnit::Year, 1),
        BillingCycle::OneTime => return None,
    };
    let most = &settings.most_charges;
    let times = match unit {
        PeriodUnit::Day => most.daily,
        PeriodUnit::Month => most.monthly,
        PeriodUnit::Year => most.yearly,
    };
    Some(Periodic { unit, every, times })
}

/// The letter of `PeriodType`.
#[must_use]
pub const fn letter(unit: PeriodUnit) -> &'static str {
    match unit {
        PeriodUnit::Day => "D",
        PeriodUnit::Month => "M",
        PeriodUnit::Year => "Y",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cycle_is_counted_as_ecpay_counts() {
        let settings = EcpaySettings::stage("https://shop.example");
        let told = |cycle| {
            contract(&settings, cycle)
                .map(|contract| (letter(contract.unit), contract.every, contract.times))
        };
        assert_eq!(told(BillingCycle::Weekly), Some(("D", 7, 999)));
        assert_eq!(told(BillingCycle::Monthly), Some(("M", 1, 99)));
        assert_eq!(told(BillingCycle::Quarterly), Some(("M", 3, 99)));
        assert_eq!(told(BillingCycle::Yearly), Some(("Y", 1, 9)));
        assert_eq!(told(BillingCycle::OneTime), None);
    }
}
