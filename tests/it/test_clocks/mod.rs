//! Customers who live by a test clock, on the real server.

mod a_month;
