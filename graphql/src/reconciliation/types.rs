//! A reconciliation as it is shown.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    base::{Code, Error},
    flows::reconcile,
};
use entity::reconciliation::statement_line;

use crate::{
    base::{
        Ask,
        error::outward,
        scalars::{Date, Money},
    },
    payments::Payment,
};

/// How a payment and the gateway's line about it stand to each other.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::flows::reconcile::Finding")]
pub enum ReconciliationFinding {
    /// Both say the same.
    Matched,
    /// The gateway tells of a trade that we have never heard of.
    MissingHere,
    /// The gateway says paid, and we do not know it yet; it is asked.
    NotPaidHere,
    /// We have money that the gateway's statements do not tell of.
    MissingThere,
    /// The amounts differ.
    AmountDiffers,
    /// The gateway keeps another part than it told before.
    FeeDiffers,
}

/// Which way the money went.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::reconciliation::StatementLineKind")]
pub enum StatementLineKind {
    /// It came.
    Payment,
    /// It went back; the sum of all refunds of the trade.
    Refund,
}

/// What a gateway's statement says of a trade.
pub struct StatementLine(statement_line::Model);

/// What a gateway's statement says of a trade.
#[Object]
impl StatementLine {
    /// Which way the money went.
    async fn kind(&self) -> StatementLineKind {
        self.0.kind.into()
    }

    /// At which line of the file it stood.
    async fn line_number(&self) -> i32 {
        self.0.line_number
    }

    /// Our number, as the statement has it.
    async fn merchant_trade_no(&self) -> &str {
        &self.0.merchant_trade_no
    }

    /// The gateway's number.
    async fn gateway_trade_no(&self) -> &str {
        &self.0.gateway_trade_no
    }

    /// How much.
    async fn amount(&self) -> Money {
        self.0.amount().into()
    }

    /// What the gateway keeps; `null` when it does not say.
    async fn fee(&self) -> Option<Money> {
        let fee = self.0.fee_minor?;
        Some(entity::money::Money::new(fee, self.0.currency).into())
    }

    /// When the money moved.
    async fn happened_at(&self) -> DateTime<Utc> {
        self.0.happened_at
    }

    /// When the gateway paid it out to us; `null` while it has not.
    async fn paid_out_at(&self) -> Option<DateTime<Utc>> {
        self.0.paid_out_at
    }
}

/// A line of a statement, a payment, or both, and how they stand to each other.
#[derive(SimpleObject)]
pub struct ReconciliationPair {
    /// How they stand to each other.
    finding: ReconciliationFinding,
    /// What the statement says; `null` when it says nothing.
    line: Option<StatementLine>,
    /// What we know; `null` when we know nothing.
    payment: Option<Payment>,
    /// For a refund: what went back by our books.
    refunded: Option<Money>,
}

/// How many there are of a finding.
#[derive(SimpleObject)]
pub struct ReconciliationCount {
    /// Of which.
    finding: ReconciliationFinding,
    /// How many.
    count: u64,
}

/// Our payments beside the gateway's statements.
pub struct Reconciliation(pub reconcile::Reconciliation);

/// Our payments beside the gateway's statements.
#[Object]
impl Reconciliation {
    /// The first day.
    async fn from(&self) -> Date {
        Date(self.0.from)
    }

    /// The last day.
    async fn to(&self) -> Date {
        Date(self.0.to)
    }

    /// How many there are of each finding.
    async fn counts(&self) -> Vec<ReconciliationCount> {
        let counts = self.0.counts().into_iter();
        counts
            .map(|(finding, count)| ReconciliationCount {
                finding: finding.into(),
                count: count as u64,
            })
            .collect()
    }

    /// What stands there, in the order of time; what is missing there comes last.
    async fn pairs(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "How many: 1 to 100, and 20 when left out, unless the server is set otherwise."
        )]
        first: Option<i32>,
        #[graphql(desc = "After how many.", default)] skip: u32,
        #[graphql(desc = "Only these; everything when left out.")] findings: Option<
            Vec<ReconciliationFinding>,
        >,
    ) -> Result<Vec<ReconciliationPair>> {
        let sizes = context.op()?.app().policy.pages;
        let first = first.map_or(Ok(sizes.usual), u64::try_from);
        let first = first.ok().filter(|first| (1..=sizes.most).contains(first));
        let first = first.ok_or_else(|| {
            let message = format!("Ask for 1 to {}.", sizes.most);
            outward(Error::invalid("first", Code::OutOfRange, message))
        })?;
        let wanted: Option<Vec<reconcile::Finding>> =
            findings.map(|findings| findings.into_iter().map(Into::into).collect());
        let is_wanted = |pair: &&reconcile::Pair| {
            let wanted = wanted.as_ref();
            wanted.is_none_or(|wanted| wanted.contains(&pair.finding))
        };
        let pairs = self.0.pairs.iter().filter(is_wanted);
        let page = pairs
            .skip(usize::try_from(skip).unwrap_or(usize::MAX))
            .take(usize::try_from(first).unwrap_or(usize::MAX));
        Ok(page.map(ReconciliationPair::of).collect())
    }
}

impl ReconciliationPair {
    fn of(pair: &reconcile::Pair) -> Self {
        Self {
            finding: pair.finding.into(),
            line: pair.line.clone().map(StatementLine),
            payment: pair.payment.clone().map(Payment),
            refunded: pair.refunded.map(Into::into),
        }
    }
}
