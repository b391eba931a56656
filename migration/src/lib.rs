//! The schema of the database: one file for each change, up and down, the same on SQLite and PostgreSQL.
//!
//! Nothing of ours is imported here: what a migration once did must not change when an entity does.

use sea_orm_migration::MigrationTrait;
pub use sea_orm_migration::{MigratorTrait, sea_orm};

mod append_only;
mod checks;
mod constraints;
mod m20261121_000001_users;
mod m20261121_000002_plans;
mod m20261121_000003_subscriptions;
mod m20261121_000004_orders;
mod m20261121_000005_payments;
mod m20261121_000006_invoices;
mod m20261121_000007_audit;
mod m20261121_000008_base;
mod m20261121_000009_trusted_documents;
mod m20261121_000010_mails;
mod m20261121_000011_ledger;
mod m20261121_000012_test_clocks;
mod m20261121_000013_renewals;
mod m20261121_000014_refunds;
mod m20261121_000015_card_contracts;
mod m20261121_000016_reconciliation;
mod m20261121_000017_late_money;
mod m20261121_000018_plan_changes;
mod m20261126_000020_job_leases;
mod m20261126_000021_trace_of_delivery;
mod m20261126_000022_audit_chain;
mod m20261126_000023_audit_backlog;
mod m20261126_000024_backups;
mod m20261126_000025_clock_of_delivery;
mod overdraft;
mod words;

/// Every change of the schema, oldest first. Each runs in a transaction of its own, on both engines.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_users::Migration),
            Box::new(m20261121_000002_plans::Migration),
            Box::new(m20261121_000003_subscriptions::Migration),
            Box::new(m20261121_000004_orders::Migration),
            Box::new(m20261121_000005_payments::Migration),
            Box::new(m20261121_000006_invoices::Migration),
            Box::new(m20261121_000007_audit::Migration),
            Box::new(m20261121_000008_base::Migration),
            Box::new(m20261121_000009_trusted_documents::Migration),
            Box::new(m20261121_000010_mails::Migration),
            Box::new(m20261121_000011_ledger::Migration),
            Box::new(m20261121_000012_test_clocks::Migration),
            Box::new(m20261121_000013_renewals::Migration),
            Box::new(m20261121_000014_refunds::Migration),
            Box::new(m20261121_000015_card_contracts::Migration),
            Box::new(m20261121_000016_reconciliation::Migration),
            Box::new(m20261121_000017_late_money::Migration),
            Box::new(m20261121_000018_plan_changes::Migration),
            Box::new(m20261126_000020_job_leases::Migration),
            Box::new(m20261126_000021_trace_of_delivery::Migration),
            Box::new(m20261126_000022_audit_chain::Migration),
            Box::new(m20261126_000023_audit_backlog::Migration),
            Box::new(m20261126_000024_backups::Migration),
            Box::new(m20261126_000025_clock_of_delivery::Migration),
        ]
    }
}
